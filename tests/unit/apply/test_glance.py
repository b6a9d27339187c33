"""Looks while something is waited for leave a slow node the time for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from hakit.apply import glance
from hakit.core import Action, Outcome
from tests.doubles.clock import FakeClock


@dataclass
class Slow:
    """A node whose every answer takes its time."""

    clock: FakeClock
    seconds: float

    def run(self, host: str, action: Action) -> Outcome:
        self.clock.time += self.seconds
        return Outcome(host, action, 1, "", "", self.seconds)

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        raise AssertionError(f"{host}: no batch of {len(actions)} is expected ({keep_going})")


@pytest.mark.parametrize(("took", "rest"), [(0.125, 0.375), (0.25, 2.25), (0.5, 4.5)])
def test_the_longer_a_look_takes_the_longer_is_the_rest_after_it(took: float, rest: float) -> None:
    clock = FakeClock()
    looks = glance.Looks(("qsp-a",), Slow(clock, took), clock, least=0.1)
    assert looks.pace() == 0.1
    looks.best()
    assert looks.pace() == rest


def test_quick_looks_follow_as_often_as_was_asked_for() -> None:
    clock = FakeClock()
    looks = glance.Looks(("qsp-a",), Slow(clock, 0.01), clock, least=0.1)
    looks.best()
    assert looks.pace() == 0.1
