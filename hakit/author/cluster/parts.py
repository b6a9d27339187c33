"""Every part of the CIB against what the spec would make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from hakit.author.cluster import meaning, power
from hakit.author.cluster.differing import differing
from hakit.author.cluster.findings import ForeignPart, ForeignResource, Imported, Reshaped
from hakit.author.cluster.place import says, where
from hakit.author.cluster.shapes import Shape, Shapes
from hakit.model import Cluster
from hakit.render import document, facts

# Pacemaker's own notes among the properties, and settings that say what is so without them.
_NOTES = frozenset({"have-watchdog", "dc-version", "cluster-infrastructure", "cluster-name", "last-lrm-refresh"})
_DEFAULTS = {"maintenance-mode": "false", "symmetric-cluster": "true"}
_KNOWN = frozenset({"crm_config", "nodes", "resources", "constraints", "rsc_defaults", "op_defaults", "alerts"})


def resources(file: str, shapes: Shapes, meant: etree._Element) -> Iterator[Imported]:
    """Compare the services' resources with those of the spec's CIB, and name those that are no service."""
    rendered = {each.get("id", ""): each for each in meant.iter(*facts.RESOURCES)}
    for shape in shapes.services:
        yield from _reshaped(file, shape)
        name = shape.name
        pairs = (
            (shape.group, name),
            (shape.vip, f"{name}-vip"),
            (shape.clone, shape.everywhere),
            (shape.unit, f"{name}-unit"),
            (shape.mount, f"{name}-mount"),
            (shape.mirror, f"{name}-mirror"),
            (shape.replicated, f"{name}-volume"),
        )
        for present, wanted in pairs:
            there = {} if present is None else meaning.of_resource(present)
            subject = f"resource {name if present is None else present.get('id', '')}"
            yield from differing(file, subject, present, there, _values(rendered.get(wanted)))
    for element, why in shapes.foreign:
        inner = [each.get("id", "") for each in element.iter("primitive") if each is not element]
        kind = meaning.agent(element) if element.tag == "primitive" else f"{element.tag!s} of {', '.join(inner)}"
        yield ForeignResource(where=where(file, element), id=element.get("id", ""), kind=kind, why=why)


def settings(file: str, cib: etree._Element, cluster: Cluster, *, fencing: bool) -> Iterator[Imported]:
    """Compare cluster properties and defaults; `fencing` says that it is on, which a spec's CIB can't say yet."""
    properties = document.properties(cluster) | ({"stonith-enabled": "true"} if fencing else {})
    section = facts.section(cib, "crm_config")
    there = {
        name: fact
        for name, fact in meaning.of_sets(section, "").items()
        if name not in _NOTES and _DEFAULTS.get(name) != fact.value
    }
    yield from differing(file, "cluster property", section, there, _meanings(properties))
    section = facts.section(cib, "rsc_defaults")
    wanted = _meanings(document.resource_defaults(cluster))
    yield from differing(file, "default of all resources", section, meaning.of_sets(section, ""), wanted)
    section = facts.section(cib, "op_defaults")
    yield from differing(file, "default of all operations", section, meaning.of_sets(section, ""), {})


def others(
    file: str, cib: etree._Element, nodes: Iterable[str], levels: frozenset[tuple[str, ...]] = frozenset()
) -> Iterator[Imported]:
    """Name what stands in the CIB besides: attributes of nodes, tags, ACLs, levels of fencing unlike `levels`."""
    known = {name.lower() for name in nodes}
    for section in facts.children(cib.find("configuration")):
        if section.tag == "nodes":
            for node in facts.children(section):
                if node.get("uname", "").lower() not in known:
                    yield ForeignPart(where=where(file, node), part="node", says=says(node))
                for child in facts.children(node):
                    if says(child):
                        yield ForeignPart(where=where(file, child), part=f"node {node.get('uname')}", says=says(child))
        elif section.tag not in _KNOWN:
            for child in facts.children(section):
                if power.level(child) in levels:
                    continue
                yield ForeignPart(
                    where=where(file, child), part=f"{section.tag!s}", says=f"{child.tag!s}: {says(child)}"
                )


def _reshaped(file: str, shape: Shape) -> Iterator[Imported]:
    name = shape.name
    canonical = {name, f"{name}-unit"} | ({f"{name}-vip"} if shape.vip is not None else set())
    canonical |= {shape.everywhere} if shape.clone is not None else set()
    canonical |= {f"{name}-mount", f"{name}-mirror", f"{name}-volume"} if shape.mirror is not None else set()
    same_order = _vip_first(shape)
    if set(shape.ids) == canonical and same_order:
        return
    parts = " and ".join(shape.ids)
    behind = f", which depends on {shape.after[0]}" if shape.after else ""
    tied = ", with the constraints between them" if shape.group is None and shape.vip is not None else ""
    order = "" if same_order else "; its virtual IP starts before the unit, not after it"
    yield Reshaped(
        where=where(file, shape.unit if shape.group is None else shape.group),
        what=f"{parts}{tied}",
        becomes=f"the service {name}{behind}{order}",
        restarts=True,
    )


def _vip_first(shape: Shape) -> bool:
    if shape.group is None or shape.vip is None or shape.clone is not None:
        return True
    return shape.group.index(shape.vip) < shape.group.index(shape.unit)


def _values(element: etree._Element | None) -> dict[str, str]:
    return {} if element is None else {what: fact.value for what, fact in meaning.of_resource(element).items()}


def _meanings(values: Mapping[str, str]) -> dict[str, str]:
    return {name: facts.meaning(name, value) for name, value in values.items()}
