"""The record of a drill: what was asked and answered, seen on the nodes and logged, fault by fault.

All times are seconds of the epoch by the clock of the machine that hakit runs on; others are brought to it when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: when it was begun, when it was answered or given up, whether it was answered well, and why not."""

    asked: float
    ended: float
    ok: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a node saw of itself: whether it had the virtual IP, and whether the unit had processes."""

    when: float
    node: str
    vip: bool
    unit: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claimed the virtual IP when the client asked its network: hardware addresses."""

    when: float
    macs: tuple[str, ...]


class Kind(StrEnum):
    """What a line of a node's log says happened."""

    NOTICED = "noticed"
    DECIDED = "decided"
    STOPPING = "stopping"
    STOPPED = "stopped"
    STARTING = "starting"
    STARTED = "started"
    FENCED = "fenced"
    RING_DOWN = "ring down"
    RING_UP = "ring up"


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of a node's log that tells of a step, and the line's words."""

    when: float
    node: str
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an audit found: `ok`, and words that say what was looked at or what is wrong."""

    audit: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a drill said beforehand: at most so many seconds without an answer, None for no end of it, and why."""

    seconds: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault, once. `injected` until `healed` the fault was there; `ended` is when the cluster was whole again.

    `skipped` says why it could not be done here; `error` what went wrong with the drill itself.
    """

    fault: str
    title: str
    node: str = ""
    expected: Expectation = Expectation(0.0, "")
    began: float = 0.0
    injected: float = 0.0
    healed: float = 0.0
    ended: float = 0.0
    answers: tuple[Answer, ...] = ()
    samples: tuple[Sample, ...] = ()
    claims: tuple[Claim, ...] = ()
    marks: tuple[Mark, ...] = ()
    audits: tuple[Judgement, ...] = ()
    skipped: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A drill: of which cluster and service, what was asked and how often, and what came of each fault."""

    cluster: str
    service: str
    nodes: tuple[str, ...]
    asked: str
    every: float
    started: float
    about: dict[str, str] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()
