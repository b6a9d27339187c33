"""One page that needs nothing but itself: what was lost in each fault, and a timeline of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from hakit.report import timeline
from hakit.report.outage import loss
from hakit.report.record import Record, Trial
from hakit.report.split import PARTS, split
from hakit.report.verdict import Verdict, expected_words, outage_words, passed, verdict


@dataclass(frozen=True, slots=True)
class Row:
    """A fault as the page shows it; `line` is its timeline as SVG, empty for one that was skipped."""

    number: int
    trial: Trial
    outage: str
    expected: str
    verdict: str
    split: str
    shares: tuple[tuple[str, float, str], ...]
    line: str


def text(record: Record) -> str:
    """Give the HTML; everything in it is escaped."""
    longest = max((loss(trial).longest for trial in record.trials), default=0.0) or 1.0
    rows = [_row(number, trial, record, longest) for number, trial in enumerate(record.trials, 1)]
    return _templates().get_template("page.html.j2").render(
        record=record, rows=rows, parts=PARTS, good=passed(record), summary=_summary(record),
        when=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(record.started)),
    )  # fmt: skip


def svg(trial: Trial, record: Record) -> str:
    """Draw a fault's timeline."""
    return _templates().get_template("timeline.svg.j2").render(
        line=timeline.timeline(trial, record.nodes), title=trial.title, width=timeline.WIDTH, left=timeline.LEFT,
        right=timeline.RIGHT, head=timeline.HEAD,
    )  # fmt: skip


def _row(number: int, trial: Trial, record: Record, longest: float) -> Row:
    if trial.skipped:
        return Row(number, trial, "", "", verdict(trial).value, "", (), "")
    parts = split(trial)
    shares = tuple(
        (part.name.replace(" ", "-"), round(100 * part.seconds / longest, 2), f"{part.name}: {part.seconds:.2f} s")
        for part in parts
    )
    if not parts and loss(trial).longest:
        shares = (("lost", round(100 * loss(trial).longest / longest, 2), "no answer"),)
    return Row(
        number, trial, outage_words(trial, every=record.every), expected_words(trial), verdict(trial).value,
        ", ".join(f"{part.name} {part.seconds:.2f} s" for part in parts), shares,
        svg(trial, record),
    )  # fmt: skip


def _summary(record: Record) -> str:
    verdicts = [verdict(trial) for trial in record.trials]
    counts = ((each, verdicts.count(each)) for each in Verdict)
    return ", ".join(f"{count} {each}" for each, count in counts if count) or "nothing was done"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("hakit.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
