"""Secrets in a CIB: kept from the live one where the spec's are not known, and never shown."""

from __future__ import annotations

import re

from lxml import etree

from hakit.render import facts
from hakit.render.difference import OTHER_SECRET, SECRET, Difference

PLACEHOLDER = SECRET
"""Stands in a rendered CIB where a secret would, when nobody has read it or asked for it."""
# Parameters of fencing devices that are secret whoever wrote them: those of the stock agents, by their names.
_NAMES = re.compile(r"parameter .*(pass|secret|token|key)", re.IGNORECASE)
# A path is none: fence_ssh's and fence_azure's key files, and programs that print a password.
_PLAIN = re.compile(r".*(file|script|path|method)", re.IGNORECASE)


def kept(wanted: etree._Element, live: etree._Element) -> None:
    """Put the live CIB's secrets in the place of the wanted CIB's placeholders, as far as it has them."""
    there = {(each.getparent().getparent().get("id"), each.get("name")): each for each in _pairs(live)}  # type: ignore[union-attr]
    for pair in _pairs(wanted):
        owner = pair.getparent().getparent()  # type: ignore[union-attr]
        found = there.get((owner.get("id"), pair.get("name"))) if owner is not None else None
        if pair.get("value") == PLACEHOLDER and found is not None:
            pair.set("value", found.get("value", ""))


def unknown(wanted: etree._Element) -> tuple[tuple[str, str], ...]:
    """Name device and parameter of every placeholder that is left."""
    left = (each for each in _pairs(wanted) if each.get("value") == PLACEHOLDER)
    return tuple((each.getparent().getparent().get("id", ""), each.get("name", "")) for each in left)  # type: ignore[union-attr]


def hidden(found: Difference, named: frozenset[tuple[str, str]]) -> Difference:
    """Return the difference without the secret that it tells, if it does. `named` are subjects and facts of the spec's."""
    guessed = bool(_NAMES.match(found.what)) and not _PLAIN.fullmatch(found.what)
    if (found.subject, found.what) not in named and not guessed:
        return found
    old = None if found.old is None else PLACEHOLDER
    new = None if found.new is None else PLACEHOLDER if old is None else OTHER_SECRET
    return Difference(found.subject, found.what, old, new)


def values(cib: etree._Element) -> dict[tuple[str, str], str]:
    """Return what the CIB has in the parameters of its fencing devices, by device and name."""
    return {
        (each.getparent().getparent().get("id", ""), each.get("name", "")): each.get("value", "")  # type: ignore[union-attr]
        for each in _pairs(cib)
    }


def _pairs(cib: etree._Element) -> list[etree._Element]:
    resources = facts.section(cib, "resources")
    devices = [] if resources is None else [e for e in resources.iter("primitive") if e.get("class") == "stonith"]
    return [pair for device in devices for pair in device.iterfind("instance_attributes/nvpair")]
