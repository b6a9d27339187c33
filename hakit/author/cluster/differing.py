"""What is there against what the spec would make of it: every difference is a finding, so nothing is lost silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from hakit.author.cluster.findings import Added, Imported, NotInSpec, SaidOtherwise
from hakit.author.cluster.meaning import Fact
from hakit.author.cluster.place import where


def differing(
    file: str, subject: str, element: etree._Element | None, present: Mapping[str, Fact], meant: Mapping[str, str]
) -> Iterator[Imported]:
    """Compare the facts of one thing that is there with those that the spec means."""
    for what, fact in present.items():
        at = where(file, fact.element)
        if what not in meant:
            yield NotInSpec(where=at, subject=subject, what=what, value=fact.value)
        elif meant[what] != fact.value:
            yield SaidOtherwise(where=at, subject=subject, what=what, value=fact.value, meant=meant[what])
    more = tuple(f"{what}={value}" for what, value in meant.items() if what not in present and not _plain(what, value))
    if more:
        yield Added(where=where(file, element), subject=subject, what=more)


def _plain(what: str, value: str) -> bool:
    """Say whether it goes without saying: that an operation with a timeout is there, that a start isn't repeated."""
    return what.endswith(" operation") or (what.endswith(" interval") and value == "0s")
