"""On a node: say the CPU seconds that protection has used up to now, and the memory that it holds.

Writes {"monitors": seconds, "daemons": seconds, "memory": MiB}. `monitors` is all that pacemaker-execd ever started and
waited for, and what of it runs at this moment, such as a watch; `daemons` is what systemd, the journal, D-Bus and Pacemaker
used themselves; `memory` is the proportional share of what execd's children hold now.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
DAEMONS = ("systemd", "systemd-journal", "dbus-daemon")


class Process:
    """One line of /proc/PID/stat (proc_pid_stat(5))."""

    def __init__(self, line: str) -> None:
        head, _, tail = line.rpartition(")")
        number, _, self.name = head.partition(" (")
        words = tail.split()
        self.pid, self.parent = int(number), int(words[1])
        self.own = (int(words[11]) + int(words[12])) / TICK
        self.waited_for = (int(words[13]) + int(words[14])) / TICK


def processes() -> dict[int, Process]:
    """Return all processes of this node."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            found.append(Process(path.read_text()))
        except OSError:
            continue
    return {process.pid: process for process in found}


def below(pid: int, everyone: dict[int, Process]) -> list[Process]:
    """Return all descendants of a process."""
    children = [process for process in everyone.values() if process.parent == pid]
    return children + [grandchild for child in children for grandchild in below(child.pid, everyone)]


def memory(pid: int) -> float:
    """Return a process's proportional share of memory, in MiB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    """Add it up."""
    everyone = processes()
    daemons = [item for item in everyone.values() if item.name in DAEMONS or item.name.startswith("pacemaker")]
    execd = next(process for process in daemons if process.name == "pacemaker-execd")
    alive = below(execd.pid, everyone)
    used = {
        "monitors": execd.waited_for + sum(process.own + process.waited_for for process in alive),
        "daemons": sum(process.own for process in daemons),
        "memory": sum(memory(process.pid) for process in alive),
    }
    json.dump(used, sys.stdout)


if __name__ == "__main__":
    main()
