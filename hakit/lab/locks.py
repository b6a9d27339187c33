"""One at a time: locks that the kernel lets go of when their holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hakit.core.clock import SystemClock, wait_until
from hakit.core.event import Listener, Note

_PATIENCE = 1800.0


@contextmanager
def held(path: Path, listener: Listener, what: str) -> Iterator[Callable[[], bool]]:
    """Hold the lock on a file (made if need be) or a folder that exists; says so when another has it.

    A folder's lock needs no file that would be left behind. But a folder may go away while we wait for it, and
    the lock is then on nothing: what is yielded says whether it is still there. Raises DeadlinePassed after
    half an hour.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        if not _taken(handle):
            listener.hear(Note(f"another hakit is at it ({what}); waiting"))
            wait_until(
                f"the lock {path}",
                lambda: _taken(handle),
                bool,
                clock=SystemClock(),
                timeout=_PATIENCE,
                every=0.3,
                in_a_row=1,
            )
        yield lambda: _same(handle, path)
    finally:
        os.close(handle)


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Hold the lock on a file if it is free; yields whether it was."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
