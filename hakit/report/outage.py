"""How long clients got no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hakit.report.record import Answer, Trial

# Seconds by which a question may be older than the fault that it meets.
_EDGE = 1.0


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first question that went wrong until a later one was answered; `end` is None when none was."""

    start: float
    end: float | None

    @property
    def seconds(self) -> float | None:
        """How long it was; None when there is no end to it."""
        return None if self.end is None else self.end - self.start


@dataclass(frozen=True, slots=True)
class Loss:
    """What the fault cost: the longest outage and all of them, in seconds, and how many questions went wrong.

    `back` says whether answers came again while the fault was still there; where not, the seconds are those that were waited.
    `after` are the seconds lost while the fault was healed.
    """

    longest: float = 0.0
    total: float = 0.0
    questions: int = 0
    back: bool = True
    after: float = 0.0


def outages(answers: Iterable[Answer]) -> tuple[Outage, ...]:
    """Find the runs of questions that went wrong, in the order in which they were asked."""
    found: list[Outage] = []
    start: float | None = None
    for answer in sorted(answers, key=lambda each: each.asked):
        if not answer.ok:
            start = answer.asked if start is None else start
        elif start is not None:
            found.append(Outage(start, answer.ended))
            start = None
    if start is not None:
        found.append(Outage(start, None))
    return tuple(found)


def loss(trial: Trial) -> Loss:
    """Reckon what a fault cost: outages that began while it was there, up to its healing."""
    mine = [each for each in outages(trial.answers) if trial.injected - _EDGE <= each.start < trial.healed]
    cut = [(each.start, each.end if each.end is not None and each.end <= trial.healed else None) for each in mine]
    spans = [(trial.healed if end is None else end) - start for start, end in cut]
    later = [each for each in outages(trial.answers) if each.start >= trial.healed]
    after = sum((trial.ended if each.end is None else each.end) - each.start for each in later)
    after += sum(each.end - trial.healed for each in mine if each.end and each.end > trial.healed)
    wrong = sum(not each.ok for each in trial.answers if trial.injected - _EDGE <= each.asked < trial.healed)
    return Loss(max(spans, default=0.0), sum(spans), wrong, all(end is not None for _, end in cut), max(after, 0.0))


def main_outage(trial: Trial) -> Outage | None:
    """Return the longest outage of the fault; None when there was none."""
    mine = [each for each in outages(trial.answers) if trial.injected - _EDGE <= each.start < trial.healed]
    return max(mine, key=lambda each: (each.end or trial.ended) - each.start, default=None)
