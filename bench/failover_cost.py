"""What a drill's own looking on costs: the client, the watcher on a node, and squid while it is asked."""

from __future__ import annotations

import json
import time
from pathlib import Path

from failover_setups import NODES, VIP, holders, said
from failover_trial import PAGE

from hakit.core import SystemClock
from hakit.drill import question
from hakit.drill.client import Client
from hakit.drill.question import Question
from hakit.lab.lab import Lab
from hakit.run import nodewatch

_HZ = 100  # clock ticks a second, sysconf(_SC_CLK_TCK) on Linux
_SETTLE = 3.0


def measure(lab: Lab, *, every: float, seconds: float) -> dict[str, float]:
    """Give percents of a core: `client`, `watcher`, and squid's `idle`, `asked` (for pages) and `tcp` (connections alone)."""
    node = holders(lab)[0]
    asked = question.of(VIP, 3128, PAGE)
    page = Question(VIP, 3128, asked.request, every=every)
    idle = _during(lab, node, seconds)
    spent: list[float] = []
    with Client(lab.client_argv(()), page, SystemClock()) as client:
        time.sleep(_SETTLE)
        client.look()
        before, start = client.cost, time.monotonic()
        pages = _during(lab, node, seconds)
        client.look()
        spent = [client.cost - before, time.monotonic() - start]
    with Client(lab.client_argv(()), Question(VIP, 3128, every=every), SystemClock()):
        time.sleep(_SETTLE)
        tcp = _during(lab, node, seconds)
    return {
        "seconds": seconds, "client": 100 * spent[0] / spent[1], "watcher": _watcher(lab, seconds),
        "idle": idle, "asked": pages, "tcp": tcp,
    }  # fmt: skip


def _during(lab: Lab, node: str, seconds: float) -> float:
    """Give the percent of a core that squid takes in so many seconds."""
    before, start = _used(lab, node), time.monotonic()
    time.sleep(seconds)
    return 100 * (_used(lab, node) - before) / (time.monotonic() - start)


def _used(lab: Lab, node: str) -> float:
    """Give the seconds that squid's processes have used: utime and stime of proc(5)'s stat, behind the name in brackets."""
    pids = said(lab, node, "pgrep", "--exact", "squid").split()
    fields = [said(lab, node, "cat", f"/proc/{pid}/stat").rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields if len(each) > 12) / _HZ


def _watcher(lab: Lab, seconds: float) -> float:
    """Give the percent of a core that the watcher takes on a node, its start left out."""
    node = NODES[0]
    plan = {
        "address": VIP,
        "unit": "squid.service",
        "every": 0.05,
        "seconds": seconds + 10,
        "file": "/run/bench-watch.seen",
    }
    program = f"{Path(nodewatch.__file__).read_text()}".replace('if __name__ == "__main__":', "if False:")
    program += (
        f"\nimport resource\nplan = {json.dumps(plan)}\nplan['seconds'] = 1\nmain(json.dumps(plan))\n"
        "before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])\n"
        f"plan['seconds'] = {seconds}\nmain(json.dumps(plan))\nprint(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) - before)\n"
    )
    out = said(lab, node, "python3", "-I", "-S", "-c", program, limit=seconds + 60)
    return 100 * float(out or "nan") / seconds
