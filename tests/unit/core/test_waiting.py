"""The one wait: several times in a row, a last look at the deadline, words when it passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hakit.core import DeadlinePassed, wait_until
from tests.doubles.clock import FakeClock


def seen(*values: int) -> Iterator[int]:
    return iter(values)


def wait(values: Iterator[int], clock: FakeClock, *, timeout: float = 10, in_a_row: int = 2) -> int:
    return wait_until(
        "it is 1", lambda: next(values), lambda value: value == 1, clock=clock, timeout=timeout, in_a_row=in_a_row
    )


def test_it_has_to_be_good_several_times_in_a_row() -> None:
    values, clock = seen(0, 1, 0, 1, 1, 9), FakeClock()
    assert wait(values, clock) == 1
    assert next(values) == 9, "looked five times"
    assert clock.slept == [1.0] * 4


def test_once_is_enough_when_asked_for() -> None:
    clock = FakeClock()
    assert wait(seen(1), clock, in_a_row=1) == 1
    assert clock.slept == []


def test_it_looks_once_more_at_the_deadline() -> None:
    clock = FakeClock()
    assert wait(seen(0, 0, 0, 1), clock, timeout=3, in_a_row=1) == 1
    assert clock.now() == 1003.0


def test_a_streak_that_the_deadline_finds_is_seen_to_its_end() -> None:
    clock = FakeClock()
    assert wait(seen(0, 0, 0, 1, 1, 1), clock, timeout=3, in_a_row=3) == 1
    assert clock.now() == 1005.0
    with pytest.raises(DeadlinePassed):
        wait(seen(0, 0, 0, 1, 0), FakeClock(), timeout=3)


def test_no_time_at_all_is_one_look() -> None:
    with pytest.raises(DeadlinePassed):
        wait(seen(0), FakeClock(), timeout=0)


def test_the_error_says_what_how_long_and_what_was_seen_last() -> None:
    with pytest.raises(DeadlinePassed) as caught:
        wait(seen(5, 6, 7), FakeClock(), timeout=2)
    assert caught.value.message == "it is 1: not so after 2 s; last seen: 7"
    assert caught.value.last_seen == 7


def test_what_the_look_raises_goes_through() -> None:
    def broken() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wait_until("x", broken, bool, clock=FakeClock(), timeout=5)
