"""What engines tell while they work; terminals, records and tests listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hakit.core.outcome import Outcome


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A group of steps begins; `total` is how many."""

    title: str
    total: int


@dataclass(frozen=True, slots=True)
class StepStarted:
    """One step begins on one host (`host` is empty for what concerns all)."""

    title: str
    host: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class StepDone:
    """One step ended; `outcomes` are those of its actions, in order."""

    title: str
    host: str
    seconds: float
    ok: bool
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something long has come; `done` and `total` in any unit, total 0 when unknown."""

    title: str
    done: float
    total: float


@dataclass(frozen=True, slots=True)
class Note:
    """A line that people should read."""

    text: str
    warning: bool = False


Event = StageStarted | StepStarted | StepDone | Progress | Note


class Listener(Protocol):
    """Anything that wants to hear events."""

    def hear(self, event: Event) -> None:
        """Take one event; must not raise. May be called from several threads."""


class Tape:
    """Keeps every event, for tests and records."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def hear(self, event: Event) -> None:
        """Keep the event."""
        self.events.append(event)
