"""Time as a value that tests can replace, and the only function that waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from hakit.core.errors import HakitError

T = TypeVar("T")


class Clock(Protocol):
    """A monotonic clock in seconds."""

    def now(self) -> float:
        """Seconds since some fixed point."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own monotonic clock."""

    def now(self) -> float:
        """Seconds since some fixed point."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)  # noqa: TID251 - the one place


class DeadlinePassed(HakitError):
    """Something did not come about in time; says what, how long was waited and what was seen last."""

    def __init__(self, what: str, waited: float, last_seen: object, *, hint: str = "") -> None:
        super().__init__(f"{what}: not so after {waited:.0f} s; last seen: {last_seen}", hint=hint)
        self.last_seen = last_seen


def wait_until(  # noqa: PLR0913 - every wait needs words, a deadline and a clock
    what: str,
    observe: Callable[[], T],
    good: Callable[[T], bool],
    *,
    clock: Clock,
    timeout: float,
    every: float | Callable[[], float] = 1.0,
    in_a_row: int = 2,
) -> T:
    """Observe until it is good `in_a_row` times; looks once more at the deadline, then raises DeadlinePassed.

    What is good at the deadline is looked at until it has been so often enough, or isn't any more: on a slow host few looks
    fit into the time. `every` is the seconds between two looks, or gives them after each.
    """
    start, streak = clock.now(), 0
    while True:
        seen = observe()
        streak = streak + 1 if good(seen) else 0
        if streak >= in_a_row:
            return seen
        if clock.now() - start >= timeout and not streak:
            raise DeadlinePassed(what, clock.now() - start, seen)
        clock.sleep(every if isinstance(every, float | int) else every())
