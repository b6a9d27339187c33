"""The path guard of an existing cluster: a clone of ocf:hakit:pathguard on every node."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.differing import differing
from hakit.author.cluster.findings import Imported, Reshaped
from hakit.author.cluster.kinds import members
from hakit.author.cluster.place import where
from hakit.model import Guard
from hakit.model.cluster import Address
from hakit.render.guard import CLONE, UNIT

_AGENT = "ocf:hakit:pathguard"
_TIMEOUT = "1s"  # the agent's own default


def find(tops: Sequence[etree._Element]) -> etree._Element | None:
    """Return the first clone that is a guard, and nothing else."""
    return next((each for each in tops if each.tag == "clone" and _is_guard(each)), None)


def guard(clone: etree._Element | None) -> Guard | None:
    """Return the guard. What it can't say, the comparison finds afterwards."""
    if clone is None:
        return None
    given = meaning.parameters(members(clone)[0])
    timeout = meaning.seconds(given.get("timeout", _TIMEOUT)) or meaning.seconds(_TIMEOUT)
    return Guard(tuple(_targets(given.get("targets", ""))), timeout or 1)


def unsaid(file: str, clone: etree._Element | None, meant: etree._Element) -> Iterator[Imported]:
    """Compare clone and agent with those of the spec's CIB."""
    if clone is None:
        return
    inner = members(clone)[0]
    ids = (clone.get("id", ""), inner.get("id", ""))
    if ids != (CLONE, UNIT):
        yield Reshaped(where=where(file, clone), what=" and ".join(ids), becomes="the guard", restarts=False)
    rendered = {each.get("id", ""): each for each in meant.iter("clone", "primitive")}
    for present, wanted in ((clone, CLONE), (inner, UNIT)):
        there, values = meaning.of_resource(present), meaning.of_resource(rendered[wanted])
        subject = f"resource {present.get('id', '')}"
        yield from differing(file, subject, present, there, {what: fact.value for what, fact in values.items()})


def _is_guard(clone: etree._Element) -> bool:
    return [meaning.agent(each) for each in members(clone)] == [_AGENT]


def _targets(text: str) -> Iterator[Address]:
    for word in text.replace(",", " ").split():
        with contextlib.suppress(ValueError):
            yield ip_address(word)
