"""The timeline of a fault as lanes and bars, laid out to the pixel; the templates only draw it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hakit.report.outage import main_outage
from hakit.report.record import Answer, Kind, Mark, Sample, Trial
from hakit.report.split import split

WIDTH, LEFT, RIGHT = 1000, 132, 16
LANE, HEAD, GAP = 24, 26, 6
_BEFORE, _AFTER, _LEAST = 2.0, 2.5, 6.0
# A node repeats itself every second; what it said longer ago says nothing.
_SILENT = 1.6
_LINK = re.compile(r"link: (\d+)")


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane in pixels; `kind` is how it is drawn, `title` what is told of it."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A row: its label, the top of its bars, and the bars."""

    label: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the axis, and its words."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All of it. `broken` and `healed` are where the fault begins and ends, `healed` None when that is not shown."""

    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    broken: float
    healed: float | None


def timeline(trial: Trial, nodes: Iterable[str]) -> Timeline:
    """Lay out a fault: from a little before it until a little after the service was back."""
    scale = _Scale.of(trial)
    rows: list[tuple[str, tuple[Bar, ...]]] = [
        ("outage", tuple(_parts(trial, scale))),
        ("client", tuple(_client(trial.answers, scale))),
    ]
    for node in nodes:
        samples = [each for each in trial.samples if each.node == node]
        told = [each for each in trial.marks if each.node == node]
        rows += [
            (f"{node} VIP", tuple(_held(samples, scale, vip=True))),
            (f"{node} unit", tuple(_held(samples, scale, vip=False))),
            (f"{node} rings", tuple(_rings(told, scale))),
            (f"{node} Pacemaker", tuple(_actions(told, scale))),
        ]
    lanes = tuple(Lane(label, HEAD + number * LANE, bars) for number, (label, bars) in enumerate(rows))
    height = HEAD + len(rows) * LANE + GAP
    healed = scale.x(trial.healed) if trial.healed <= scale.end else None
    return Timeline(height, lanes, tuple(_ticks(trial, scale)), scale.x(trial.injected), healed)


@dataclass(frozen=True, slots=True)
class _Scale:
    start: float
    end: float

    @classmethod
    def of(cls, trial: Trial) -> _Scale:
        outage = main_outage(trial)
        last = trial.injected if outage is None else outage.end or trial.healed
        end = max(last + _AFTER, trial.injected + _LEAST)
        return cls(trial.injected - _BEFORE, min(end, max(trial.ended, trial.injected + _AFTER)))

    def x(self, when: float) -> float:
        part = (min(max(when, self.start), self.end) - self.start) / (self.end - self.start)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 2)

    def shown(self, start: float, end: float) -> bool:
        return end >= self.start and start <= self.end

    def bar(self, start: float, end: float, kind: str, title: str) -> Bar:
        left = self.x(start)
        return Bar(left, max(round(self.x(end) - left, 2), 1.5), kind, title)


def _parts(trial: Trial, scale: _Scale) -> Iterator[Bar]:
    parts = split(trial)
    for part in parts:
        if part.seconds > 0:
            yield scale.bar(part.start, part.end, part.name.replace(" ", "-"), f"{part.name}: {part.seconds:.2f} s")
    outage = main_outage(trial)
    if outage is not None and not parts:
        yield scale.bar(outage.start, outage.end or scale.end, "lost", "no answer")


def _client(answers: Iterable[Answer], scale: _Scale) -> Iterator[Bar]:
    """Draw runs of good answers as bars, and every question that went wrong by itself."""
    run: list[Answer] = []
    for answer in sorted(answers, key=lambda each: each.asked):
        if answer.ok:
            run.append(answer)
            continue
        yield from _run(run, scale)
        run = []
        if scale.shown(answer.asked, answer.asked):
            yield scale.bar(
                answer.asked,
                answer.asked,
                "bad",
                f"{answer.words or 'no answer'} after {answer.ended - answer.asked:.2f} s",
            )
    yield from _run(run, scale)


def _run(run: list[Answer], scale: _Scale) -> Iterator[Bar]:
    if run and scale.shown(run[0].asked, run[-1].ended):
        slowest = max(each.ended - each.asked for each in run)
        yield scale.bar(
            run[0].asked, run[-1].ended, "good", f"{len(run)} answered, the slowest in {slowest * 1000:.0f} ms"
        )


def _held(samples: list[Sample], scale: _Scale, *, vip: bool) -> Iterator[Bar]:
    """Draw when a node had the address, or ran the unit; where it says nothing for a while, nothing is drawn."""
    start: float | None = None
    last: Sample | None = None
    what = "has the virtual IP" if vip else "the unit runs"
    for sample in samples:
        if last is not None and start is not None and sample.when - last.when > _SILENT:
            yield scale.bar(start, last.when, "held", what)
            start = None
        has = sample.vip if vip else sample.unit
        if has and start is None:
            start = sample.when
        elif not has and start is not None:
            if scale.shown(start, sample.when):
                yield scale.bar(start, sample.when, "held", what)
            start = None
        last = sample
    if start is not None and last is not None and scale.shown(start, last.when):
        yield scale.bar(start, last.when, "held", what)


def _rings(marks: list[Mark], scale: _Scale) -> Iterator[Bar]:
    """Draw how long each link was down, by the word of Corosync's log."""
    down: dict[str, float] = {}
    for mark in sorted(marks, key=lambda each: each.when):
        match = _LINK.search(mark.words)
        link = match[1] if match else "?"
        if mark.kind is Kind.RING_DOWN:
            down.setdefault(link, mark.when)
        elif mark.kind is Kind.RING_UP and link in down:
            start = down.pop(link)
            if scale.shown(start, mark.when):
                yield scale.bar(start, mark.when, "down", f"ring {link} down for {mark.when - start:.1f} s")
    for link, start in down.items():
        if scale.shown(start, scale.end):
            yield scale.bar(start, scale.end, "down", f"ring {link} down")


_ACTIONS = {Kind.STARTING: (Kind.STARTED, "start"), Kind.STOPPING: (Kind.STOPPED, "stop")}


def _actions(marks: list[Mark], scale: _Scale) -> Iterator[Bar]:
    """Draw stops and starts from the line that begins them to the one with their result; the rest as a stroke."""
    for number, mark in enumerate(marks):
        if not scale.shown(mark.when, mark.when):
            continue
        if mark.kind in _ACTIONS:
            ends, kind = _ACTIONS[mark.kind]
            end = next((each.when for each in marks[number:] if each.kind is ends), mark.when)
            yield scale.bar(mark.when, end, kind, f"{mark.words} ({end - mark.when:.2f} s)")
        elif mark.kind in {Kind.NOTICED, Kind.DECIDED, Kind.FENCED}:
            yield scale.bar(mark.when, mark.when, mark.kind.value, mark.words)


def _ticks(trial: Trial, scale: _Scale) -> Iterator[Tick]:
    span = scale.end - scale.start
    step = next(each for each in (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 600, 3600) if span / each <= 16)  # noqa: PLR2004
    for number in range(
        math.ceil((scale.start - trial.injected) / step), math.floor((scale.end - trial.injected) / step) + 1
    ):
        seconds = number * step
        yield Tick(scale.x(trial.injected + seconds), f"{seconds:g} s")
