"""The lab's processes: found by cgroup and by network namespace, never by name, and ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from hakit.core.clock import SystemClock, wait_until

_PROC = Path("/proc")
_LONGEST = 20.0


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


def leaders(groups: Iterable[Path]) -> list[int]:
    """Return the containers' PID 1s, as this machine numbers them: those whose own namespace calls them 1."""
    return [pid for pid in sorted(members(groups)) if _names(pid)[1:] == ["1"]]


def leader(groups: Iterable[Path]) -> int | None:
    """Return the PID 1 of the one container in these cgroups, or None."""
    return next(iter(leaders(groups)), None)


def withheld(pid: int) -> list[int]:
    """Return the numbers of the capabilities that a process can never have (CapBnd, proc_pid_status(5))."""
    lines = (_PROC / str(pid) / "status").read_text().splitlines()
    bounds = next(int(line.split()[1], 16) for line in lines if line.startswith("CapBnd:"))
    last = int((_PROC / "sys/kernel/cap_last_cap").read_text())
    return [number for number in range(last + 1) if not bounds >> number & 1]


def kill(pid: int) -> None:
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


def end(find: Callable[[], set[int]], *, patience: float = 0.0) -> None:
    """Kill what `find` returns until it returns nothing; raises DeadlinePassed if something won't die.

    When a container's leader was killed the kernel ends all in it, and systemd-nspawn then puts its own things
    away: for that they are let be for `patience` seconds.
    """
    clock = SystemClock()
    mine = {os.getpid(), os.getppid(), 1}
    mercy = clock.now() + patience

    def left() -> set[int]:
        found = find() - mine
        if clock.now() >= mercy:
            for pid in found:
                kill(pid)
        return found

    wait_until("all of it is gone", left, lambda found: not found, clock=clock, timeout=_LONGEST, every=0.02)


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
