"""Findings for people and for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import click

from hakit.core import Finding, Severity

_HEADINGS = {
    Severity.ERROR: ("errors", "red"),
    Severity.WARNING: ("warnings", "yellow"),
    Severity.NOTE: ("notes", "cyan"),
}


def lines(findings: Sequence[Finding]) -> list[str]:
    """Lay findings out: by weight, the host first, the remedy indented below."""
    shown: list[str] = []
    for severity, (heading, colour) in _HEADINGS.items():
        group = [finding for finding in findings if finding.severity is severity]
        if group:
            shown += ["", click.style(f"{heading} ({len(group)})", fg=colour, bold=True)]
        for finding in group:
            shown += _entry(finding)
    return shown[1:]


def as_json(findings: Sequence[Finding]) -> str:
    """Write findings for programs: whether none is an error; of each code, kind, severity, words and own fields."""
    ok = all(finding.severity is not Severity.ERROR for finding in findings)
    answer = {"ok": ok, "findings": [plain(finding) for finding in findings]}
    return json.dumps(answer, indent=2, ensure_ascii=False)


def counted(findings: Sequence[Finding]) -> str:
    """Say how many there are of each weight: `1 error, no warnings, 3 notes`."""
    numbers = ((severity.value, sum(finding.severity is severity for finding in findings)) for severity in Severity)
    return ", ".join(f"{number or 'no'} {word}{'' if number == 1 else 's'}" for word, number in numbers)


def _entry(finding: Finding) -> list[str]:
    host = getattr(finding, "host", "") or getattr(finding, "where", "") or "all nodes"
    first, *more = finding.text().splitlines()
    entry = [f"  {click.style(host, bold=True)}: {first} [{finding.code}]", *(f"      {line}" for line in more)]
    if remedy := finding.remedy():
        entry.append(f"      → {remedy}")
    return entry


def plain(finding: Finding) -> dict[str, object]:
    """Return a finding's code, kind, severity, words and own fields."""
    fields = {entry.name: _plain(getattr(finding, entry.name)) for entry in dataclasses.fields(finding)}
    return {
        "code": finding.code,
        "kind": type(finding).__name__,
        "severity": finding.severity.value,
        "text": finding.text(),
        "remedy": finding.remedy(),
        "fields": fields,
    }


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value == float("inf"):
        return None  # JSON has no infinity
    return value if isinstance(value, int | float | str | bool | None) else str(value)
