"""How a drill is told at the terminal, and how its record is kept while it grows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Self, TextIO

from hakit.cli import output
from hakit.drill.fault import Fault
from hakit.report import junit, lines, page
from hakit.report.record import Expectation, Record, Trial
from hakit.report.split import split
from hakit.report.verdict import Verdict, expected_words, outage_words, verdict

_MARKS = {Verdict.PASSED: "✓", Verdict.SLOW: "!", Verdict.FAILED: "✗", Verdict.SKIPPED: "-"}


class Keeper:
    """Keeps a record in a folder, as a context: `record.jsonl` grows fault by fault, the rest is written at the end."""

    def __init__(self, folder: Path, record: Record) -> None:
        self.folder, self.record = folder, record
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        """Make the folder and begin the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = (self.folder / "record.jsonl").open("w", encoding="utf-8")
        self._write(lines.head(self.record))
        return self

    def keep(self, trial: Trial) -> None:
        """Add a fault."""
        self.record = replace(self.record, trials=(*self.record.trials, trial))
        self._write(lines.line(trial))

    def __exit__(self, *_: object) -> None:
        """Close the file, and write what is made of it."""
        if self._file:
            self._file.close()
        output.write(junit.text(self.record), self.folder / "junit.xml")
        output.write(page.text(self.record), self.folder / "report.html")

    def _write(self, text: str) -> None:
        if self._file:
            self._file.write(text)
            self._file.flush()


def plan(faults: Iterable[tuple[Fault, str, Expectation, str]]) -> str:
    """Say what will be done and what is expected; and what won't, and why."""
    told = []
    for fault, deed, expected, refused in faults:
        if refused:
            told.append(f"- {fault.name}: skipped: {refused}")
            continue
        words = expected_words(Trial(fault.name, fault.title, expected=expected))
        told += [f"  {fault.name}: {deed}", f"    outage expected: {words} ({expected.why})"]
    return "".join(f"{line}\n" for line in told)


def result(trial: Trial, every: float) -> str:
    """Say in a few lines what came of a fault."""
    how = verdict(trial)
    if how is Verdict.SKIPPED:
        return f"{_MARKS[how]} {trial.title}: skipped: {trial.skipped}"
    told = [f"{_MARKS[how]} {trial.title}: outage {outage_words(trial, every=every)}; expected {expected_words(trial)}"]
    parts = [f"{part.name} {part.seconds:.2f}" for part in split(trial)]
    told += [f"    {' · '.join(parts)}"] if parts else []
    told += [f"    {trial.error}"] if trial.error else []
    told += [f"    ✗ {each.audit}: {each.words}" for each in trial.audits if not each.ok]
    return "\n".join(told)
