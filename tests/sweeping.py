"""Labs of test runs that are over."""

from __future__ import annotations

from pathlib import Path

from hakit.lab.lab import Lab


def sweep() -> None:
    """Take away the labs of test processes that are gone: the number in a lab's name says whose it is."""
    for name in Lab.names():
        start, _, pid = name.rpartition("-")
        if start.startswith("test-") and pid.isdigit() and not Path("/proc", pid).exists():
            Lab.down(name)
