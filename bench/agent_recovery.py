"""In a cluster: from the death of a service's main process to its next answer; starts and stops; what protection costs an hour."""

from __future__ import annotations

import json
import sys
import time
from subprocess import Popen

from agent_node import IDLE, TURN, begun, bootstrap, create, inside, put_agents, put_units, put_webs, read, settled
from stock import on

from hakit.lab.lab import Lab

HAKIT, SLOW, QUICK = "quickservice, hakit's defaults", "systemd:, its defaults (60 s)", "systemd:, interval=2s"
SHELL = "shell agent, interval=10s"
PORTS = {HAKIT: 8101, SLOW: 8102, QUICK: 8103}
UNITS = {HAKIT: "bench-hakit", SLOW: "bench-slow", QUICK: "bench-quick"}
RESOURCES = {HAKIT: "web-unit", SLOW: "slow", QUICK: "quick"}
TURNS = {HAKIT: "turn-unit", "systemd:": "turn2"}
REST = 6.0  # seconds from a recovery to the next kill: the second monitor has begun, and with it the watch
PERIOD = 60.0
COPIES = 8  # of each resource, because a kernel's tick is 10 ms


def form(lab: Lab) -> None:
    """Make the cluster with one resource per way to compare, all on the first node."""
    put_webs(lab, {unit: PORTS[way] for way, unit in UNITS.items()})
    put_units(lab, {"bench-turn": TURN, "bench-turn2": TURN})
    put_agents(lab)
    bootstrap(lab, (("web", UNITS[HAKIT]), ("turn", "bench-turn")))
    create(lab, "qsp-a", RESOURCES[SLOW], f"systemd:{UNITS[SLOW]}")
    create(lab, "qsp-a", RESOURCES[QUICK], f"systemd:{UNITS[QUICK]}", "op", "monitor", "interval=2s")
    create(lab, "qsp-a", TURNS["systemd:"], "systemd:bench-turn2")
    settled(lab)


def kills(lab: Lab, runs: int) -> dict[str, list[float]]:
    """Kill each in turn. The 60 s of one are spread evenly over the runs, so that its kill meets every moment between two looks."""
    taken: dict[str, list[float]] = {way: [] for way in PORTS}
    inside(lab, "qsp-a", "again.py", UNITS[HAKIT], str(PORTS[HAKIT]))  # not counted
    for number in range(runs):
        part = (number + 0.5) / runs
        _forget(lab, SLOW)
        began = time.monotonic()
        slow = _kill(lab, SLOW, PERIOD * part)
        # The others are killed in the longer part of the minute, before that kill or after it but unseen, so that no recovery meets another.
        first_half = part < 0.5
        if first_half:
            time.sleep(PERIOD * part + 1)
        for way in (HAKIT, QUICK):
            _forget(lab, way)
            # Two seconds lie between two looks of one: a different moment of them each time.
            taken[way].append(_answer(_kill(lab, way, REST + 2.0 * part)))
        if time.monotonic() - began > PERIOD * (1 if first_half else part):
            raise SystemExit("this machine is too slow: one recovery met another")
        taken[SLOW].append(_answer(slow))
        seen = ", ".join(f"{way}: {times[-1]:.2f} s" for way, times in taken.items())
        sys.stderr.write(f"kill {number + 1} of {runs}: {seen}\n")
    return taken


def _forget(lab: Lab, way: str) -> None:
    """Forget failures, or the third would move the resource away; its monitors begin anew with that."""
    on(lab, "qsp-a", "crm_resource", "--refresh", f"--resource={RESOURCES[way]}", "--node=qsp-a")


def _kill(lab: Lab, way: str, after: float) -> Popen[str]:
    return begun(lab, "qsp-a", "again.py", UNITS[way], str(PORTS[way]), str(after))


def _answer(killer: Popen[str]) -> float:
    out, err = killer.communicate(timeout=300)
    if killer.returncode != 0:
        raise SystemExit(err)
    return float(out)


def turns(lab: Lab, runs: int) -> dict[str, dict[str, list[list[float]]]]:
    """Stop and start each, one after the other."""
    return {way: read(inside(lab, "qsp-a", "turn.py", resource, str(runs))) for way, resource in TURNS.items()}


def form_idle(lab: Lab) -> None:
    """Make a cluster of services that nothing happens to: hakit's on the first node, the shell agent's on the second."""
    put_units(lab, {f"idle-{agent}{number}": IDLE for agent in "hs" for number in range(COPIES)})
    put_agents(lab)
    bootstrap(lab, ((f"h{number}", f"idle-h{number}") for number in range(COPIES)))
    for number in range(COPIES):
        words = (f"unit=idle-s{number}.service", "op", "monitor", "interval=10s")
        create(lab, "qsp-b", f"s{number}", "ocf:bench:shellservice", *words)
    settled(lab)
    time.sleep(15)


def hour(lab: Lab, seconds: float) -> dict[str, dict[str, float]]:
    """Return per way and service the CPU seconds in an hour, and the MiB that its monitor holds."""
    nodes = {HAKIT: "qsp-a", SHELL: "qsp-b"}
    before = {way: json.loads(inside(lab, node, "used.py")) for way, node in nodes.items()}
    start = time.monotonic()
    time.sleep(seconds)
    scale = 3600 / (time.monotonic() - start) / COPIES
    after = {way: json.loads(inside(lab, node, "used.py")) for way, node in nodes.items()}
    return {
        way: {
            "monitors": round((after[way]["monitors"] - before[way]["monitors"]) * scale, 2),
            "daemons": round((after[way]["daemons"] - before[way]["daemons"]) * scale, 2),
            "memory": round(after[way]["memory"] / COPIES, 1),
        }
        for way in nodes
    }
