"""The manual's page of findings is made from the findings themselves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from hakit.cli import catalogue
from hakit.cli.catalogue import Explanation
from hakit.cli.explain import source

PAGE = Path(__file__).parents[2] / "docs/findings.md"
HEAD = """# Findings

Whatever hakit finds has a code that stays the same. `hakit explain CODE` tells the same as this page; with `--json`,
and without a code, it tells all of it to programs. Words in capitals stand for what a finding fills in. An error stops
bootstrap, a warning is shown, a note is for the curious.

<!-- Made from the findings in hakit/: pytest tests/quality/test_findings_page.py --update-cases -->
"""
ABOUT = {
    "1": "The spec file",
    "2": "The hosts",
    "3": "The cluster",
    "4": "An existing cluster, imported",
}


def entry(one: Explanation) -> str:
    fence = "``" if "`" in one.text else "`"
    # On a page, a code of its own is found by the reader's eye: the text that is printed comes first.
    return (
        f"### {one.code}\n\n"
        f"*{one.severity}:* {fence}{one.text.partition(chr(10))[0]}{fence}\n\n"
        f"{one.meaning} {one.matters}\n\n"
        f"- What to do: {one.cure}\n"
        f"- Source: {source(one)}\n"
    )


def page() -> str:
    parts = [HEAD]
    for about, group in groupby(catalogue.explanations(), key=lambda one: one.code[2]):
        parts += [f"## {ABOUT[about]}\n", *map(entry, group)]
    return "\n".join(parts)


def test_the_page_of_findings_is_what_they_say(same_as_file: Callable[[str, Path], None]) -> None:
    same_as_file(page(), PAGE)
