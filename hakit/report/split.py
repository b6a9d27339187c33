"""What an outage was made of: detection, decision, stop, start, first answer; by the nodes' logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hakit.report.outage import loss, main_outage
from hakit.report.record import Kind, Mark, Trial

PARTS = ("detection", "decision", "stop", "start", "first answer")
# What is logged a little before the client notices belongs to the outage: a stop begins before the last answer.
_BEFORE = 10.0
# A start may be told of only after the first answer: Pacemaker before 3.0.1 looks at a systemd unit every two seconds.
_BEHIND = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an outage, from when until when."""

    name: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end - self.start


def split(trial: Trial) -> tuple[Part, ...]:
    """Cut the longest outage into its parts, in order and without gaps; none when there was none or it had no end.

    A part that the logs don't tell of is missing, and its time is in the one behind it.
    """
    outage = main_outage(trial)
    if outage is None or outage.end is None or not loss(trial).back:
        return ()
    since = max(trial.injected, outage.start - _BEFORE)
    near = [mark for mark in trial.marks if since <= mark.when <= outage.end + _late(mark)]
    return tuple(_parts(outage.start, outage.end, _ends(near)))


def _late(mark: Mark) -> float:
    return _BEHIND if mark.kind is Kind.STARTED else 0.0


def _ends(marks: list[Mark]) -> dict[str, float]:
    """Say when each part ended, as far as the marks tell."""
    first_start = _first(marks, Kind.STARTING)
    stops = [mark for mark in marks if first_start is None or mark.when <= first_start]
    found = {
        "detection": _first(marks, Kind.NOTICED),
        "decision": _first(marks, Kind.STOPPING, Kind.STARTING),
        "stop": _last(stops, Kind.STOPPED),
        "start": _last(marks, Kind.STARTED),
    }
    return {name: when for name, when in found.items() if when is not None}


def _parts(start: float, end: float, ends: dict[str, float]) -> Iterator[Part]:
    reached = start
    for name in PARTS:
        until = end if name == PARTS[-1] else ends.get(name)
        if until is None:
            continue
        until = min(max(until, reached), end)
        yield Part(name, reached, until)
        reached = until


def _first(marks: Iterable[Mark], *kinds: Kind) -> float | None:
    return min((mark.when for mark in marks if mark.kind in kinds), default=None)


def _last(marks: Iterable[Mark], *kinds: Kind) -> float | None:
    return max((mark.when for mark in marks if mark.kind in kinds), default=None)
