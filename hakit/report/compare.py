"""Two drills side by side, fault by fault."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from hakit.report.outage import loss
from hakit.report.record import Record, Trial


@dataclass(frozen=True, slots=True)
class Figure:
    """What a fault cost in one drill: how often it was done, the median and the worst outage in seconds.

    Both are None where the service did not come back: then half of them, or one, had no end.
    """

    times: int
    median: float | None
    worst: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A fault in both drills; None where it was not done."""

    fault: str
    title: str
    before: Figure | None
    after: Figure | None

    @property
    def ratio(self) -> float | None:
        """The second median by the first; None where one has no number, or there was nothing to lose before."""
        if self.before is None or self.after is None or not self.before.median or self.after.median is None:
            return None
        return self.after.median / self.before.median


def compared(before: Record, after: Record) -> tuple[Pair, ...]:
    """Compare two drills, in the order of their faults."""
    names = {trial.fault: trial.title for record in (before, after) for trial in record.trials}
    return tuple(
        Pair(name, title, figure(before.trials, name), figure(after.trials, name)) for name, title in names.items()
    )


def figure(trials: Iterable[Trial], fault: str) -> Figure | None:
    """Sum up what a fault cost; None when it was not done."""
    lost = [loss(trial) for trial in trials if trial.fault == fault and not trial.skipped]
    if not lost:
        return None
    spans = [each.longest if each.back else float("inf") for each in lost]
    return Figure(len(lost), _finite(statistics.median(spans)), _finite(max(spans)))


def _finite(seconds: float) -> float | None:
    return None if seconds == float("inf") else seconds
