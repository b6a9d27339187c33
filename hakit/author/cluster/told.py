"""The alerts of hakit's agent in a CIB, and what of them the spec would say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from hakit.author.cluster.differing import differing
from hakit.author.cluster.findings import ForeignPart, Imported
from hakit.author.cluster.meaning import Fact
from hakit.author.cluster.place import where
from hakit.model import Alert, alert
from hakit.render import facts


def alerts(section: etree._Element | None) -> tuple[Alert, ...]:
    """Return the alerts that a spec can say."""
    return tuple(known for element in facts.children(section) if (known := _alert(element)))


def unsaid(file: str, section: etree._Element | None, meant: etree._Element | None) -> Iterator[Imported]:
    """Compare the alerts with those of the spec's CIB; those of other agents have no place in a spec."""
    wanted = facts.of_alerts(meant)
    for element in facts.children(section):
        if _alert(element) is None:
            says = f"{element.get('id')} runs {element.get('path')}"
            yield ForeignPart(where=where(file, element), part=str(element.tag), says=says)
            continue
        ((subject, present),) = facts.of_alerts(_alone(element)).items()
        there = {what: Fact(value, element) for what, value in present.items()}
        yield from differing(file, subject, element, there, wanted.get(subject, {}))


def _alone(element: etree._Element) -> etree._Element:
    section = etree.Element("alerts")
    section.append(deepcopy(element))
    return section


def _alert(element: etree._Element) -> Alert | None:
    name = element.get("id", "").removeprefix(alert.ID)
    if not facts.is_ours(element) or name == element.get("id"):
        return None
    pairs = element.iterfind("instance_attributes/nvpair")
    try:
        return alert.from_parameters(
            {"hakit_alert": name} | {each.get("name", ""): each.get("value", "") for each in pairs}
        )
    except ValueError:
        return None
