"""Whether a fault went as it should: the outage against what was expected, and the audits."""

from __future__ import annotations

from enum import StrEnum

from hakit.report.outage import loss
from hakit.report.record import Record, Trial


class Verdict(StrEnum):
    """How a fault went. SLOW: all audits are content, but clients waited longer than was said beforehand."""

    PASSED = "passed"
    SLOW = "slower than expected"
    FAILED = "failed"
    SKIPPED = "skipped"


def verdict(trial: Trial) -> Verdict:
    """Judge one fault."""
    if trial.skipped:
        return Verdict.SKIPPED
    if trial.error or not all(each.ok for each in trial.audits):
        return Verdict.FAILED
    cost, limit = loss(trial), trial.expected.seconds
    if limit is not None and not cost.back:
        return Verdict.FAILED
    return Verdict.SLOW if limit is not None and cost.longest > limit else Verdict.PASSED


def passed(record: Record) -> bool:
    """Say whether all that was done went as it should; what was skipped says nothing."""
    return all(verdict(trial) in {Verdict.PASSED, Verdict.SKIPPED} for trial in record.trials)


def outage_words(trial: Trial, *, every: float) -> str:
    """Say in a few words what the client lost."""
    cost = loss(trial)
    if not cost.back:
        return f"no answer within {cost.longest:.0f} s"
    if not cost.questions:
        return f"none seen, asking every {every * 1000:.0f} ms"
    more = f", {cost.total:.2f} s in all" if cost.total > cost.longest else ""
    return f"{cost.longest:.2f} s{more}"


def expected_words(trial: Trial) -> str:
    """Say what was expected."""
    seconds = trial.expected.seconds
    return "no recovery" if seconds is None else "none" if not seconds else f"at most {seconds:g} s"
