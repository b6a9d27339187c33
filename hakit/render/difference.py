"""One difference between a running cluster's CIB and the spec, and who made it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hakit.render.facts import Facts

THERE = "there"
SECRET, OTHER_SECRET = "(secret)", "(another secret)"
HIDDEN = frozenset({SECRET, OTHER_SECRET})
"""What is shown in the place of secrets, which cannot be compared with anything any more."""


class Origin(StrEnum):
    """Who made a difference: the spec moved on, somebody changed the cluster by hand, both, or it isn't known."""

    SPEC = "spec"
    DRIFT = "drift"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """What of a subject is `old` in the cluster and should be `new`; None for not set.

    With an empty `what` the whole subject is missing (`old` is None) or too much (`new` is None).
    """

    subject: str
    what: str
    old: str | None
    new: str | None

    def text(self) -> str:
        """Say it in a line."""
        if not self.what:
            return f"{self.subject} is {'missing' if self.old is None else 'not in the spec'}"
        is_ = "is not set" if self.old is None else f"is {self.old}"
        should = "should not be set" if self.new is None else f"should be {self.new}"
        return f"{self.subject}: {self.what} {is_}, {should}"

    def origin(self, applied: Facts | None) -> Origin:
        """Say who made it, by what was applied last; unknown when nobody knows what that was."""
        if applied is None or HIDDEN & {self.old, self.new}:
            return Origin.UNKNOWN
        there = THERE if self.subject in applied else None
        then = applied.get(self.subject, {}).get(self.what) if self.what else there
        if then == self.old:
            return Origin.SPEC
        return Origin.DRIFT if then == self.new else Origin.BOTH
