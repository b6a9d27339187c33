"""`hakit report`: what a drill found, or how two of them compare."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from hakit.cli import output, reporting
from hakit.cli.arguments import json_option
from hakit.core import ExitCode, HakitError
from hakit.report import junit, lines, page
from hakit.report.compare import Figure, Pair, compared, figure
from hakit.report.record import Record
from hakit.report.verdict import passed, verdict

_file = click.Path(path_type=Path)


@click.command()
@click.argument("record", type=_file)
@click.argument("other", required=False, type=_file)
@click.option("--html", metavar="FILE", type=_file, help="Write the page with the timelines.")
@click.option("--junit", "xml", metavar="FILE", type=_file, help="Write JUnit XML.")
@json_option
def report(record: Path, other: Path | None, *, html: Path | None, xml: Path | None, as_json: bool) -> int:
    """Show what a drill found, or compare two drills.

    RECORD is a drill's folder, or the record.jsonl in it. With OTHER, each fault's outages of both are set side by side.
    """
    first = _read(record)
    if html:
        output.write(page.text(first), html)
    if xml:
        output.write(junit.text(first), xml)
    if other:
        pairs = compared(first, _read(other))
        click.echo(_json_of(pairs) if as_json else "\n".join(_pair(pair) for pair in pairs))
        return ExitCode.DECLARED
    click.echo(_json(first) if as_json else "\n".join(reporting.result(trial, first.every) for trial in first.trials))
    return ExitCode.DECLARED if passed(first) else ExitCode.DIFFERENT


def _read(path: Path) -> Record:
    file = path / "record.jsonl" if path.is_dir() else path
    try:
        return lines.parse(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise HakitError(f"cannot read {file}: {error}", code=ExitCode.USAGE) from error


def _pair(pair: Pair) -> str:
    ratio = "" if pair.ratio is None else f"  × {pair.ratio:.2f}"
    return f"{pair.title:<42} {_words(pair.before):>24} {_words(pair.after):>24}{ratio}"


def _words(found: Figure | None) -> str:
    if found is None:
        return "not done"
    median, worst = ("no end" if each is None else f"{each:.2f} s" for each in (found.median, found.worst))
    return median if found.times == 1 else f"{median} (worst {worst})"


def _json(record: Record) -> str:
    faults = [
        {
            "fault": trial.fault,
            "verdict": verdict(trial).value,
            "skipped": trial.skipped,
            "error": trial.error,
            "expected": trial.expected.seconds,
            "outage": dataclasses.asdict(found) if (found := figure([trial], trial.fault)) else None,
            "audits": [dataclasses.asdict(each) for each in trial.audits],
        }
        for trial in record.trials
    ]
    return json.dumps(
        {"cluster": record.cluster, "service": record.service, "passed": passed(record), "faults": faults}, indent=2
    )


def _json_of(pairs: tuple[Pair, ...]) -> str:
    return json.dumps([{**dataclasses.asdict(pair), "ratio": pair.ratio} for pair in pairs], indent=2)
