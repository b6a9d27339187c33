"""The constraints of a CIB against those of the spec's CIB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from hakit.author.cluster import placement, ties
from hakit.author.cluster.findings import Added, ForeignConstraint, Imported, Reshaped
from hakit.author.cluster.place import says, where
from hakit.author.cluster.placement import Placed
from hakit.author.cluster.shapes import Shapes
from hakit.author.cluster.ties import Tie, Ties
from hakit.render import facts

_RESOURCES = frozenset({"rsc", "with-rsc", "first", "then"})


def constraints(file: str, known: Ties, placed: Placed, shapes: Shapes, meant: etree._Element) -> Iterator[Imported]:
    """Compare the constraints with those of the spec's CIB."""
    rendered = ties.read(facts.section(meant, "constraints"))
    wanted = {tie.plain for tie in rendered.known}
    said = {tie.plain for tie in placed.ties}
    for tie in placed.ties:
        if tie.element is None or tie.element in shapes.used or tie.plain in wanted:
            continue
        if tie in placed.preferences:
            service = next(each for each in placed.services if each.name == tie.one)
            becomes = f"prefer: {tie.other} with switchback: {service.switchback.value}"
            what = f"the preference of {tie.one} for {tie.other} (score {tie.score})"
            yield Reshaped(where=where(file, tie.element), what=what, becomes=becomes, restarts=False)
        else:
            yield _foreign(file, tie.element)
    canonical = {f"{each.name}-{part}": each.name for each in shapes.services for part in ("vip", "unit")}
    rules = {_meaning(element, canonical): element for element in rendered.odd}
    names = placement.named(shapes.services)
    yield from (_foreign(file, each) for each in known.odd if rules.pop(_meaning(each, names), None) is None)
    missing = sorted(wanted - said - _implied(shapes))
    more = (
        *(_worded(sort, one, other) for sort, one, other, _ in missing if sort != "rsc_location"),  # another score's
        *(_rule(element) for element in rules.values()),
    )
    if more:
        yield Added(where=file, subject="constraints", what=more)


def _meaning(element: etree._Element, names: Mapping[str, str]) -> tuple[object, ...]:
    """Return what a constraint of no plain form says, whatever its ids; `names` are the spec's for its resources."""
    given = {
        str(name): facts.meaning(str(name), names.get(str(value), str(value)) if name in _RESOURCES else str(value))
        for name, value in element.attrib.items()
        if name != "id"
    }
    inner = sorted((_meaning(child, names) for child in facts.children(element)), key=repr)
    return str(element.tag), tuple(sorted(given.items())), tuple(inner)


def _rule(element: etree._Element) -> str:
    if element.tag == "rsc_order":
        first, then = element.get("first"), element.get("then")
        if element.get("then-action") == "promote":
            return f"{then} becoming primary after {first} has started"
        if element.get("first-action") == "promote":
            return f"{then} starting after {first} has become primary"
        return f"{first} leaving before {then} stops"
    attributes = dict.fromkeys(each.get("attribute", "") for each in element.iter("expression"))
    return f"{element.get('rsc')} avoiding nodes by {', '.join(attributes)}"


def _implied(shapes: Shapes) -> set[tuple[str, str, str, str]]:
    """Return the ties of services that stood in one group: the group said them."""
    pairs = [(shape.name, other) for shape in shapes.services for other in shape.after]
    orders = {Tie("rsc_order", one, other, "").plain for one, other in pairs}
    return orders | {Tie("rsc_colocation", one, other, ties.INFINITY).plain for one, other in pairs}


def _foreign(file: str, element: etree._Element) -> ForeignConstraint:
    kind = "left-over location" if placement.by_hand(element) else str(element.tag).removeprefix("rsc_")
    return ForeignConstraint(where=where(file, element), id=element.get("id", ""), kind=kind, says=says(element))


def _worded(sort: str, one: str, other: str) -> str:
    words = {"rsc_order": "after", "rsc_colocation": "with"}
    return f"{one} {words.get(sort, 'prefers')} {other}"
