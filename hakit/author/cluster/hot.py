"""Services that run hot: a group with the virtual IP alone, and a clone of the unit that has to run where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.kinds import OURS, VIP, kind, members
from hakit.author.cluster.ties import Ties


def pairs(tops: Sequence[etree._Element], ties: Ties) -> dict[str, etree._Element]:
    """Give each such group, by its id, its clone.

    Only hakit's agent tells where the unit is well, so a clone of another one would be something else afterwards.
    """
    clones = {each.get("id", ""): each for each in tops if each.tag == "clone" and _holds(each, _ours)}
    found: dict[str, etree._Element] = {}
    for group in (each.get("id", "") for each in tops if each.tag == "group" and _holds(each, _address)):
        near = [name for name in clones if ties.needs(group, name)]
        if len(near) == 1:
            found[group] = clones.pop(near[0])
    return found


def _holds(element: etree._Element, fits: Callable[[etree._Element], bool]) -> bool:
    """Say whether that is its only member; a clone of a group has none that counts."""
    inner = members(element)
    return len(inner) == 1 and element.find("group") is None and fits(inner[0])


def _ours(primitive: etree._Element) -> bool:
    return meaning.agent(primitive) == OURS


def _address(primitive: etree._Element) -> bool:
    return kind(primitive) == VIP
