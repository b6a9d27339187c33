"""The lab's processes: found by cgroup and by network namespace, never by name, and ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from hakit.core.clock import SystemClock, wait_until

_PROC = Path("/proc")
_PATIENCE = 20.0


def tree(group: Path) -> list[Path]:
    """Return a cgroup and all below it."""
    return [Path(place) for place, _, _ in os.walk(group)]


def members(groups: Iterable[Path]) -> set[int]:
    """Return the processes in these cgroups and below them."""
    found: set[int] = set()
    for group in (below for top in groups for below in tree(top)):
        try:
            found.update(int(line) for line in (group / "cgroup.procs").read_text().split())
        except OSError:
            continue  # the cgroup went away while we looked
    return found - {0}


def networked(namespaces: Iterable[Path]) -> set[int]:
    """Return the processes that live in these network namespaces, whoever started them."""
    inodes = {_inode(path) for path in namespaces} - {_inode(_PROC / "self/ns/net"), None}
    if not inodes:
        return set()
    return {pid for pid in _all() if _inode(_PROC / str(pid) / "ns/net") in inodes}


def leader(groups: Iterable[Path]) -> int | None:
    """Return the container's PID 1, as this machine numbers it: the one whose own namespace calls it 1."""
    for pid in sorted(members(groups)):
        if _names(pid)[1:] == ["1"]:
            return pid
    return None


def alive(pid: int) -> set[int]:
    """Return the process if it is there and not only waiting to be buried."""
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return set()
    return set() if state in "ZX" else {pid}


def end(find: Callable[[], set[int]], *, first: int | None = None) -> None:
    """Kill what `find` returns until it returns nothing; raises DeadlinePassed if something won't die.

    A container ends with its leader, so that is killed `first`: systemd-nspawn then puts its things away.
    """
    clock = SystemClock()
    if first is not None:
        _kill(first)
        grace = clock.now() + 3
        while find() and clock.now() < grace:
            clock.sleep(0.02)
    mine = {os.getpid(), os.getppid(), 1}

    def left() -> set[int]:
        found = find() - mine
        for pid in found:
            _kill(pid)
        return found

    wait_until(
        "the lab's processes are gone", left, lambda found: not found, clock=clock, timeout=_PATIENCE, every=0.05
    )


def _kill(pid: int) -> None:
    """Kill through a handle on the process, so that a number that is used again is never hit (pidfd_open(2))."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def _all() -> list[int]:
    return [int(place.name) for place in _PROC.iterdir() if place.name.isdigit()]


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_dev, seen.st_ino


def _names(pid: int) -> list[str]:
    """Return the process's numbers, from our own namespace inwards (NSpid, proc_pid_status(5))."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return []
    return next((line.split()[1:] for line in lines if line.startswith("NSpid:")), [])
