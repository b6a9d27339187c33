"""The host's clock against ours, and whether NTP keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hakit.core import Action, Command, Outcome

ACTIONS: tuple[Action, ...] = (Command(("date", "+%s.%N"), timeout=5, changes_state=False),)
# Apart from the date and late in the batch: timedatectl wakes a service up, which takes a moment.
SYNCHRONISED: tuple[Action, ...] = (
    Command(("timedatectl", "show", "--property=NTPSynchronized"), timeout=5, changes_state=False),
)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """How far the host's clock is ahead of ours: between `least` and `most` seconds (negative: behind)."""

    least: float
    most: float

    def apart(self, other: ClockReading) -> float:
        """Return the seconds by which the two clocks differ for certain; 0 when they may agree."""
        return max(self.least - other.most, other.least - self.most, 0.0)


def read(outcome: Outcome, asked_at: float, answered_at: float) -> ClockReading:
    """Read the date, printed between `asked_at` and `answered_at` (Unix times of our clock)."""
    theirs = float(outcome.stdout)
    return ClockReading(least=theirs - answered_at, most=theirs - asked_at)


def read_synchronised(outcomes: Sequence[Outcome]) -> bool | None:
    """Say whether the kernel's clock is synchronised; None when the host cannot tell."""
    (outcome,) = outcomes
    return {"NTPSynchronized=yes": True, "NTPSynchronized=no": False}.get(outcome.stdout.strip())
