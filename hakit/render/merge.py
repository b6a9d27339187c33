"""A running cluster's CIB and the spec: what differs, and the CIB with hakit's part made as declared.

hakit owns resources, constraints, the levels of fencing, the defaults of resources and operations, the alerts of its own
agent, and the few cluster properties that it sets; but not the constraints by which DRBD bars a stale side. Everything else is Pacemaker's or the operator's and is never touched; so is whether a resource is to run
(target-role), which is an operator's word (docs/decisions/0021-stopped-stays-stopped.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from lxml import etree

from hakit.model import Cluster
from hakit.model.fencing import devices
from hakit.render import document, facts, fragments, secrets
from hakit.render.difference import THERE, Difference
from hakit.render.facts import Facts

# The constraints that `pcs resource move`, `crm resource move` and `crm_resource --ban` leave behind.
_LEFTOVERS = ("cli-prefer-", "cli-ban-", "cli-standby-")


class _Read(Protocol):
    """Reads a section's facts."""

    def __call__(self, section: etree._Element | None) -> Facts:
        """Return them; of no section there are none."""


_OWNED: dict[str, _Read] = {
    "resources": facts.of_resources,
    "constraints": facts.of_constraints,
    "rsc_defaults": lambda section: facts.of_defaults(section, "resource defaults"),
    "op_defaults": lambda section: facts.of_defaults(section, "operation defaults"),
    "fencing-topology": facts.of_levels,
    "alerts": facts.of_alerts,
}


# Of these sections every child's facts are its own, so that what is written the same in both need not be read to be
# compared. They are those that grow with the services; in sets of defaults one child hides another's values.
_APART = frozenset({"resources", "constraints"})


# What is pure and asked for several times in one plan is worked out once; a plan is about one cluster.
@lru_cache(maxsize=2)
def merged(live_cib_xml: str, cluster: Cluster, *, templates: Path | None = None) -> str:
    """Return the live CIB with hakit's part replaced. What already means the same is left as it is written.

    What the spec doesn't know in hakit's part is gone from the result: ask `foreign` and `leftovers` before.
    """
    live, ours = _both(live_cib_xml, cluster, templates)
    for name, read in _OWNED.items():
        wanted, present = facts.section(ours, name), facts.section(live, name)
        one, other = _apart(wanted, present) if name in _APART else (wanted, present)
        if read(one) != read(other):
            document.section(live, name)[:] = [*_others(name, present), *_kept(present, wanted, read)]
    _set_properties(live, document.properties(cluster), document.unwanted(cluster))
    return fragments.written(live)


def differences(live_cib_xml: str, cluster: Cluster, *, templates: Path | None = None) -> tuple[str, ...]:
    """Say in a line each what `merged` would change, hakit's order first; empty when nothing."""
    return tuple(each.text() for each in compared(live_cib_xml, cluster, templates=templates))


@lru_cache(maxsize=2)
def compared(live_cib_xml: str, cluster: Cluster, *, templates: Path | None = None) -> tuple[Difference, ...]:
    """Return what `merged` would change, in the order of `differences`."""
    live, ours = _both(live_cib_xml, cluster, templates)
    for name in _APART:
        wanted, present = document.section(ours, name), document.section(live, name)
        wanted[:], present[:] = _apart(wanted, present)
    named = frozenset(
        (f"resource {each.name}", f"parameter {secret.name}")
        for each in devices(cluster.fencing)
        for secret in each.secrets
    )
    return tuple(secrets.hidden(each, named) for each in _compared(_facts(live, cluster), _facts(ours, cluster)))


def unknown_secrets(live_cib_xml: str, cluster: Cluster) -> tuple[tuple[str, str], ...]:
    """Name device and parameter of the secrets that neither the model nor the live CIB (may be empty) has."""
    if not any(device.secrets for device in devices(cluster.fencing)):
        return ()
    ours = document.tree(cluster, None)
    if live_cib_xml:
        secrets.kept(ours, fragments.parse(live_cib_xml))
    return secrets.unknown(ours)


def device_values(cib_xml: str) -> dict[tuple[str, str], str]:
    """Return the parameters of a CIB's fencing devices, secrets among them, by device and name."""
    return secrets.values(fragments.parse(cib_xml))


def facts_of(applied: Cluster, cluster: Cluster, about: Iterable[str]) -> Facts:
    """Return what the spec that was applied last says about these subjects at least, for `Difference.origin`."""
    names = {subject.partition(" ")[2] for subject in about}
    root = document.tree(applied, None)
    for name in _APART:
        section = document.section(root, name)
        section[:] = [child for child in section if any(each.get("id") in names for each in child.iter())]
    return _facts(root, cluster)


def foreign(live_cib_xml: str, cluster: Cluster, *, templates: Path | None = None) -> tuple[str, ...]:
    """Return the ids of resources and constraints that the spec doesn't have, leftovers of moves not among them."""
    known = set(_ids(document.tree(cluster, templates)))
    return tuple(name for name in _ids(fragments.parse(live_cib_xml)) if name not in known and not _leftover(name))


def ids(cluster: Cluster) -> frozenset[str]:
    """Return the ids of the resources and constraints that a cluster means."""
    return frozenset(_ids(document.tree(cluster, None)))


def leftovers(live_cib_xml: str) -> tuple[str, ...]:
    """Return the ids of the constraints that a move or ban left behind."""
    constraints = facts.section(fragments.parse(live_cib_xml), "constraints")
    names = (str(element.get("id", "")) for element in facts.children(constraints))
    return tuple(name for name in names if _leftover(name))


def stopped(live_cib_xml: str) -> tuple[str, ...]:
    """Return the ids of the resources and groups of which an operator said themselves that they are to be stopped."""
    resources = facts.section(fragments.parse(live_cib_xml), "resources")
    found = (each for element in facts.children(resources) for each in element.iter(*facts.RESOURCES))
    return tuple(each.get("id", "") for each in found if facts.operators(each).get("target-role") == "Stopped")


def _both(live_cib_xml: str, cluster: Cluster, templates: Path | None) -> tuple[etree._Element, etree._Element]:
    """Return the live tree and the wanted one; secrets that only the live one knows are kept."""
    live, ours = fragments.parse(live_cib_xml), document.tree(cluster, templates)
    secrets.kept(ours, live)
    return live, ours


def _leftover(name: str) -> bool:
    return name.startswith(_LEFTOVERS)


def _ids(root: etree._Element) -> Iterator[str]:
    for name in ("resources", "constraints"):
        for element in facts.children(facts.section(root, name)):
            if facts.is_drbd_s(element):
                continue
            elements = element.iter(*facts.RESOURCES) if name == "resources" else (element,)
            yield from (str(each.get("id", "")) for each in elements)


def _others(name: str, present: etree._Element | None) -> list[etree._Element]:
    """Return what stands in a section that is hakit's in part: others' alerts, and what DRBD says of a stale side."""
    if name == "constraints":
        return [each for each in facts.children(present) if facts.is_drbd_s(each)]
    return [each for each in facts.children(present) if name == "alerts" and not facts.is_ours(each)]


def _kept(present: etree._Element | None, wanted: etree._Element | None, read: _Read) -> list[etree._Element]:
    """Return copies of the wanted elements, each as it is written in the live CIB where that means the same."""
    if wanted is None:
        return []
    written = {element.get("id"): element for element in facts.children(present)}
    return [_best(written.get(element.get("id")), element, read) for element in wanted]


def _best(old: etree._Element | None, element: etree._Element, read: _Read) -> etree._Element:
    if old is None:
        return deepcopy(element)
    if _text(old) == _text(element) or read(_alone(old)) == read(_alone(element)):
        return deepcopy(old)
    new = deepcopy(element)
    if element.tag in {"group", "clone"}:
        members = {member.get("id"): member for member in old if member.tag in facts.RESOURCES}
        new[:] = [_best(members.get(child.get("id")), child, read) for child in element]
    _keep_wishes(old, new)
    return new


def _keep_wishes(old: etree._Element, new: etree._Element) -> None:
    """Carry over what an operator has said of the resource: a service that was stopped by hand stays stopped."""
    said = facts.operators(old)
    if not said:
        return
    kept = new.find("meta_attributes")
    if kept is None:
        kept = etree.Element("meta_attributes", id=f"{new.get('id')}-meta_attributes")
        new.insert(0, kept)
    for name, value in said.items():
        etree.SubElement(kept, "nvpair", id=f"{kept.get('id')}-{name}", name=name, value=value)


def _alone(*elements: etree._Element) -> etree._Element:
    section = etree.Element("section")
    section.extend(deepcopy(element) for element in elements)
    return section


def _apart(one: etree._Element | None, other: etree._Element | None) -> tuple[etree._Element, etree._Element]:
    """Return copies of two sections without the children that are written the same in both."""
    texts = [{_text(element): element for element in facts.children(each)} for each in (one, other)]
    first, second = (
        _alone(*(element for text, element in mine.items() if text not in theirs))
        for mine, theirs in zip(texts, reversed(texts), strict=True)
    )
    return first, second


def _text(element: etree._Element) -> bytes:
    return etree.tostring(element, with_tail=False)


def _set_properties(live: etree._Element, wanted: dict[str, str], unwanted: frozenset[str]) -> None:
    section = document.section(live, "crm_config")
    for pair in [each for each in facts.properties(section) if facts.named(each) in unwanted]:
        above = pair.getparent()
        if above is not None:
            above.remove(pair)
    left = dict(wanted)
    for pair in facts.properties(section):
        name = facts.named(pair)
        if name not in wanted:
            continue
        left.pop(name, None)
        if facts.meaning(name, pair.get("value", "")) != facts.meaning(name, wanted[name]):
            pair.set("value", wanted[name])
    if left:
        own = _property_set(section)
        for name, value in left.items():
            etree.SubElement(own, "nvpair", id=f"{document.PROPERTIES_ID}-{name}", name=name, value=value)


def _property_set(section: etree._Element) -> etree._Element:
    for element in section.iterfind("cluster_property_set"):
        if element.get("id") == document.PROPERTIES_ID:
            return element
    return etree.SubElement(section, "cluster_property_set", id=document.PROPERTIES_ID)


def _facts(root: etree._Element, cluster: Cluster) -> Facts:
    names = document.properties(cluster).keys() | document.unwanted(cluster)
    result = facts.of_properties(facts.section(root, "crm_config"), names)
    for name, read in _OWNED.items():
        result |= read(facts.section(root, name))
    return result


def _compared(live: Facts, ours: Facts) -> Iterator[Difference]:
    for subject, wanted in ours.items():
        present = live.get(subject)
        if present is None:
            yield Difference(subject, "", None, THERE)
            continue
        for what, value in wanted.items():
            if present.get(what) != value:
                yield Difference(subject, what, present.get(what), value)
        yield from (Difference(subject, what, value, None) for what, value in present.items() if what not in wanted)
    yield from (Difference(subject, "", THERE, None) for subject in live if subject not in ours)
