"""What a resource says, one fact per setting, comparable whatever its ids and however it is written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from lxml import etree

from hakit.author.cluster import place
from hakit.render import facts, parts
from hakit.spec.build import unit_name

_SETS = {"instance_attributes": "parameter", "meta_attributes": "meta attribute", "utilization": "utilization"}
# These say what is so without them (Pacemaker Explained, "Resource Meta-Attributes", "Operation Properties").
_DEFAULTS = {
    "meta attribute target-role": "Started",
    "meta attribute is-managed": "true",
    "enabled": "true",
}
_NOTHING = frozenset({"record-pending", "description"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, and the element that says it."""

    value: str
    element: etree._Element


def of_resource(resource: etree._Element) -> dict[str, Fact]:
    """Return the facts of a primitive or group itself, its members left out."""
    return {
        what: fact
        for what, fact in _all(resource)
        if _DEFAULTS.get(what) != fact.value and what.rpartition(" ")[2] not in _NOTHING
    }


def of_sets(section: etree._Element | None, prefix: str) -> dict[str, Fact]:
    """Return the facts of a section that holds sets only, such as the cluster properties; the first of a name counts."""
    found: dict[str, Fact] = {}
    for element in facts.children(section):
        for what, fact in _set(element, prefix):
            found.setdefault(what, fact)
    return found


def seconds(text: str) -> int | None:
    """Read a time as Pacemaker does; None for no time, and for one that isn't whole seconds."""
    whole = facts.meaning("timeout", text)
    return int(whole[:-1]) if whole[:-1].isdigit() and whole.endswith("s") and not whole.endswith("ms") else None


def agent(primitive: etree._Element) -> str:
    """Name the agent as pcs does: `ocf:heartbeat:IPaddr2`, `systemd:squid`."""
    standard, kind = primitive.get("class", ""), primitive.get("type", "")
    name = parts.unit_type(unit_name(kind)) if standard == "systemd" and kind else kind
    return ":".join(word for word in (standard, primitive.get("provider", ""), name) if word)


def parameters(primitive: etree._Element) -> dict[str, str]:
    """Return the plain parameters of a primitive."""
    prefix = "parameter "
    return {what.removeprefix(prefix): fact.value for what, fact in _all(primitive) if what.startswith(prefix)}


def _all(resource: etree._Element) -> Iterator[tuple[str, Fact]]:
    if resource.tag == "primitive":
        yield "agent", Fact(agent(resource), resource)
    for name, value in resource.attrib.items():
        if name not in {"id", "class", "provider", "type"}:
            yield str(name), Fact(str(value), resource)
    for child in facts.children(resource):
        if child.tag in _SETS:
            yield from _set(child, _SETS[str(child.tag)])
        elif child.tag == "operations":
            yield from _operations(child)
        elif child.tag not in facts.RESOURCES:
            yield f"{child.tag!s}", Fact(place.says(child), child)


def _operations(operations: etree._Element) -> Iterator[tuple[str, Fact]]:
    seen: dict[str, int] = {}
    for operation in facts.children(operations):
        name = operation.get("name", "?")
        seen[name] = seen.get(name, 0) + 1
        subject = name if seen[name] == 1 else f"{name} ({seen[name]})"
        yield f"{subject} operation", Fact("there", operation)
        for what, value in operation.attrib.items():
            if what not in {"id", "name"} and _DEFAULTS.get(str(what)) != value and what not in _NOTHING:
                yield f"{subject} {what}", Fact(facts.meaning(str(what), str(value)), operation)
        for child in facts.children(operation):
            yield from _set(child, f"{subject} attribute")


def _set(element: etree._Element, prefix: str) -> Iterator[tuple[str, Fact]]:
    """Yield the pairs of a set; one with a rule or a reference is one fact, being more than its values."""
    pairs = element.findall("nvpair")
    if len(pairs) != sum(1 for _ in facts.children(element)) or element.get("id-ref"):
        yield (
            f"{prefix} set {element.get('id', element.get('id-ref', ''))}".lstrip(),
            Fact(place.says(element), element),
        )
        return
    for pair in pairs:
        name = pair.get("name", "")
        yield f"{prefix} {name}".lstrip(), Fact(_value(name, pair.get("value", "")), pair)


def _value(name: str, value: str) -> str:
    with contextlib.suppress(ValueError):
        if name == "ip":
            return str(ip_address(value))
        if name == "cidr_netmask" and "." in value:  # IPaddr2 takes 255.255.255.0 as well
            return str(ip_network(f"0.0.0.0/{value}").prefixlen)
    return facts.meaning(name, value)
