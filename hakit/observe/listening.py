"""On which TCP ports a unit listens."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hakit.core import Action, Command, Outcome

ACTIONS: tuple[Action, ...] = (
    Command(("ss", "--no-header", "--tcp", "--listening", "--numeric", "--processes"), timeout=10, changes_state=False),
    Command(("ps", "-e", "-o", "pid=,cgroup="), timeout=10, changes_state=False),
)
_PID = re.compile(r"pid=(\d+)")
_ANY = frozenset({"*", "0.0.0.0", "[::]"})  # noqa: S104 - what ss prints, not what is bound


def read(outcomes: Sequence[Outcome], unit: str, address: str) -> tuple[int, ...]:
    """Name the ports at which processes of the unit listen on the address or on all, lowest first."""
    sockets, processes = outcomes
    ours = {
        pid for line in processes.stdout.splitlines() for pid, _, group in [line.strip().partition(" ")]
        if unit in re.split(r"[/,;]", group.strip())
    }  # fmt: skip
    ports = set()
    for line in sockets.stdout.splitlines():
        words = line.split()
        if len(words) > 3 and ours.intersection(_PID.findall(line)):  # noqa: PLR2004 - State, two queues, then the address
            host, _, port = words[3].rpartition(":")
            if host in _ANY or host.strip("[]").partition("%")[0] == address:
                ports.add(int(port))
    return tuple(sorted(ports))
