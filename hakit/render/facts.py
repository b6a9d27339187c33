"""What a CIB says, as facts that can be compared: who, what, which value; never how it happens to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from hakit.core import HakitError
from hakit.model import alert

Facts = dict[str, dict[str, str]]

RESOURCES = frozenset({"primitive", "group", "clone", "master", "bundle", "template"})
_SETS = {"instance_attributes": "parameter ", "meta_attributes": "meta attribute ", "utilization": "utilization "}
_SCORES = {"+INFINITY": "INFINITY", "+inf": "INFINITY", "1000000": "INFINITY", "-1000000": "-INFINITY"}
_TIMES = frozenset(
    (
        "interval",
        "timeout",
        "failure-timeout",
        "dc-deadtime",
        "priority-fencing-delay",
        "stonith-timeout",
        "transition-delay",
    )
) | {"stonith-watchdog-timeout"}
_TIME = re.compile(r"(\d+)\s*(ms|msec|s|sec|m|min|h|hr)?")
_MILLISECONDS = {
    "ms": 1,
    "msec": 1,
    "s": 1000,
    "sec": 1000,
    "m": 60_000,
    "min": 60_000,
    "h": 3_600_000,
    "hr": 3_600_000,
}
# From Pacemaker 3.0.2 on; the older name stays good, and is the one that every release knows.
_OLDER = {"fencing-enabled": "stonith-enabled"}
_YES_NO = frozenset({"stonith-enabled"})
# Whether a resource is to run is the operator's to say (`hakit stop`, `pcs resource disable`), not the spec's.
OPERATORS = frozenset({"target-role"})
# crm-fence-peer.sh and crm-fence-peer.9.sh of drbd-utils, --id-prefix.
_BY_HANDLER = "drbd-fence-by-handler-"
_YES = frozenset({"true", "on", "yes", "y", "1"})


def of_resources(section: etree._Element | None) -> Facts:
    """Return the facts of every resource, by its id; members of groups stand for themselves too."""
    facts: Facts = {}
    if section is not None:
        for resource in section.iter(*RESOURCES):
            facts[f"resource {_id(resource)}"] = _resource(resource)
    return facts


def of_constraints(section: etree._Element | None) -> Facts:
    """Return the facts of every constraint, by its id; those that DRBD's handler puts there are not among them."""
    found = (element for element in children(section) if not is_drbd_s(element))
    return {f"constraint {_id(element)}": dict(_plain(element)) for element in found}


def is_drbd_s(element: etree._Element) -> bool:
    """Say whether a constraint bars a stale side of a volume: DRBD's handler puts it there and takes it away."""
    return element.tag == "rsc_location" and _id(element).startswith(_BY_HANDLER)


def of_levels(section: etree._Element | None) -> Facts:
    """Return the facts of every level of fencing, by its id."""
    return {f"fencing level {_id(element)}": dict(_attributes(element)) for element in children(section)}


def of_defaults(section: etree._Element | None, subject: str) -> Facts:
    """Return the defaults of resources or operations as one subject; sets with rules are facts of their own."""
    values: dict[str, str] = {}
    for element in children(section):
        values.update((what, value) for what, value in _set(element, "") if what not in values)
    return {subject: values}


def of_alerts(section: etree._Element | None) -> Facts:
    """Return the facts of every alert that runs our agent; a webhook's secret is not among them."""
    return {f"alert {_id(element)}": dict(_alert(element)) for element in children(section) if is_ours(element)}


def is_ours(element: etree._Element) -> bool:
    """Say whether an alert runs our agent; all others are the operator's own."""
    return element.get("path") == alert.AGENT


def _alert(element: etree._Element) -> Iterator[tuple[str, str]]:
    for child in children(element):
        if child.tag in _SETS:
            for what, value in _set(child, _SETS[_tag(child)]):
                yield what, alert.shown(value) if what == "parameter hakit_webhook" else value
        elif child.tag == "recipient" and not len(child):
            yield f"recipient {child.get('value')}", "told"
        else:
            yield _tag(child), _text(child)


def of_properties(section: etree._Element | None, names: Iterable[str]) -> Facts:
    """Return the cluster properties of these names; all others are not hakit's."""
    wanted = set(names)
    values: dict[str, str] = {}
    for pair in properties(section):
        name = named(pair)
        if name in wanted:
            values.setdefault(name, meaning(name, pair.get("value", "")))
    return {"cluster properties": values}


def properties(section: etree._Element | None) -> Iterator[etree._Element]:
    """Yield the `nvpair` elements of all property sets, those of a set with a rule left out."""
    for element in children(section):
        if element.find("rule") is None:
            yield from element.iterfind("nvpair")


def named(pair: etree._Element) -> str:
    """Return a property's name, the older one where Pacemaker knows two."""
    name = str(pair.get("name", ""))
    return _OLDER.get(name, name)


def meaning(name: str, value: str) -> str:
    """Return a value such that two which Pacemaker takes for the same are the same."""
    if name in _TIMES:
        return _time(value)
    if name in _YES_NO:
        return "true" if value.lower() in _YES else "false"
    return _SCORES.get(value, value)


def _resource(resource: etree._Element) -> dict[str, str]:
    facts = {"agent": _agent(resource)} if resource.tag == "primitive" else {"kind": _tag(resource)}
    members: list[str] = []
    for child in children(resource):
        if child.tag in RESOURCES:
            members.append(_id(child))
        elif child.tag in _SETS:
            facts.update(_set(child, _SETS[_tag(child)], leave_out=_operators(child)))
        elif child.tag == "operations":
            facts.update(fact for operation in children(child) for fact in _operation(operation))
        else:
            facts[f"{_tag(child)} {_id(child)}"] = _text(child)
    if members:
        facts["members"] = ", ".join(members)
    facts.update({name: value for name, value in _attributes(resource) if name not in {"class", "provider", "type"}})
    return facts


def _agent(resource: etree._Element) -> str:
    # A primitive made from a template has no class of its own; the template's name is among its attributes.
    parts = (resource.get("class"), resource.get("provider"), resource.get("type"))
    return ":".join(part for part in parts if part)


def _operation(operation: etree._Element) -> Iterator[tuple[str, str]]:
    values = {name: meaning(name, value) for name, value in _attributes(operation)}
    subject = f"operation {values.pop('name', '?')} every {values.pop('interval', '0s')}"
    yield subject, "there"
    yield from ((f"{subject}: {name}", value) for name, value in values.items())
    for child in children(operation):
        yield from _set(child, f"{subject}: ")


def _operators(element: etree._Element) -> frozenset[str]:
    return OPERATORS if element.tag == "meta_attributes" else frozenset()


def _set(element: etree._Element, prefix: str, *, leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a set; one with a rule is compared as a whole, being more than its values."""
    pairs = element.findall("nvpair")
    if len(pairs) != sum(1 for _ in children(element)) or element.get("id-ref"):
        yield f"{prefix}set {element.get('id', element.get('id-ref', ''))}", _text(element)
        return
    for pair in pairs:
        name = pair.get("name", "")
        if name not in leave_out:
            yield f"{prefix}{name}", meaning(name, pair.get("value", ""))


def operators(resource: etree._Element) -> dict[str, str]:
    """Return what an operator has said of the resource itself, without a rule: its meta attributes of OPERATORS."""
    sets = [each for each in resource.iterfind("meta_attributes") if each.find("rule") is None]
    pairs = [pair for each in sets for pair in each.iterfind("nvpair") if pair.get("name") in OPERATORS]
    return {pair.get("name", ""): pair.get("value", "") for pair in reversed(pairs)}


def _plain(element: etree._Element) -> Iterator[tuple[str, str]]:
    yield "kind of constraint", _tag(element)
    yield from ((name, meaning(name, value)) for name, value in _attributes(element))
    yield from ((f"{_tag(child)} {_id(child)}", _text(child)) for child in children(element))


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    yield from ((str(name), str(value)) for name, value in element.attrib.items() if name != "id")


def children(element: etree._Element | None) -> Iterator[etree._Element]:
    """Yield the elements in an element, comments left out; none of none."""
    yield from () if element is None else element.iterchildren(tag=etree.Element)


def _id(element: etree._Element) -> str:
    return element.get("id", "")


def _tag(element: etree._Element) -> str:
    return str(element.tag)


def _text(element: etree._Element) -> str:
    return etree.tostring(element, method="c14n2", strip_text=True).decode()


def _time(value: str) -> str:
    """Write a time in one way, in seconds where they are whole; what is no time stays as it is."""
    match = _TIME.fullmatch(value.strip().lower())
    if match is None:
        return value
    milliseconds = int(match[1]) * _MILLISECONDS[match[2] or "s"]
    whole, rest = divmod(milliseconds, 1000)
    return f"{milliseconds}ms" if rest else f"{whole}s"


def section(root: etree._Element, name: str) -> etree._Element | None:
    """Return a section of the configuration; None when there is none."""
    configuration = root.find("configuration")
    if configuration is None:
        raise HakitError("a CIB without configuration")
    return configuration.find(name)
