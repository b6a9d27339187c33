"""What constraints say of services: what they prefer, whether they go back, what they depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from hakit.author.cluster import meaning, ties
from hakit.author.cluster.shapes import Shape
from hakit.author.cluster.ties import INFINITY, Tie, Ties
from hakit.model import Service, Switchback

_MOST = 1_000_000  # what INFINITY stands for (Pacemaker Explained, "Scores")
_BY_HAND = ("cli-prefer-", "cli-ban-", "cli-standby-")


@dataclass(frozen=True, slots=True)
class Placed:
    """The services with their placement; the ties in their names, and those that gave a preference."""

    services: tuple[Service, ...]
    ties: tuple[Tie, ...]
    preferences: tuple[Tie, ...]


def placed(
    services: Sequence[Service], shapes: Sequence[Shape], known: Ties, nodes: Sequence[str], defaults: Mapping[str, str]
) -> Placed:
    """Take from the ties what a spec can say."""
    said = tuple(ties.renamed(known.known, _first(shapes), _last(shapes)))
    by_node = {name.lower(): name for name in nodes}
    cold = {each.name for each in services if not each.hot}  # what runs hot is in no dependency of a spec
    preferences: list[Tie] = []
    result: list[Service] = []
    for service, shape in zip(services, shapes, strict=True):
        prefer = _preference(service.name, said, by_node)
        if prefer:
            preferences.append(prefer)
            goes_back = _number(prefer.score) > _stickiness(shape, defaults)
            service = replace(  # noqa: PLW2901 - the same service with more said
                service,
                prefer=by_node[prefer.other.lower()],
                switchback=Switchback.AUTOMATIC if goes_back else Switchback.NEVER,
            )
        needs = (*service.depends_on, *(() if service.hot else _needs(service.name, said, cold)))
        result.append(replace(service, depends_on=tuple(dict.fromkeys(needs))))
    return Placed(tuple(result), said, tuple(preferences))


def by_hand(element: etree._Element) -> bool:
    """Say whether a constraint is what a move or ban left behind."""
    return element.get("id", "").startswith(_BY_HAND)


def _needs(name: str, said: Sequence[Tie], services: set[str]) -> list[str]:
    plain = {tie.plain for tie in said}
    return [
        tie.other
        for tie in said
        if tie.sort == "rsc_order" and tie.one == name and tie.other in services and tie.other != name
        if ("rsc_colocation", name, tie.other, INFINITY) in plain
    ]


def _preference(name: str, said: Sequence[Tie], nodes: Mapping[str, str]) -> Tie | None:
    wishes = [
        tie
        for tie in said
        if tie.sort == "rsc_location" and tie.one == name and tie.other.lower() in nodes and _number(tie.score) > 0
        if tie.element is not None and not by_hand(tie.element)
    ]
    return max(wishes, key=lambda tie: _number(tie.score), default=None)


def _stickiness(shape: Shape, defaults: Mapping[str, str]) -> int:
    """Return what holds the service where it is: a group's is the sum of its members'."""
    above = _own(shape.group) if shape.group is not None else None
    general = defaults.get("resource-stickiness", "0")
    members = [each for each in (shape.vip, shape.unit if shape.clone is None else None) if each is not None]
    return sum(_number(_own(each) or above or general) for each in members)


def _own(resource: etree._Element) -> str | None:
    fact = meaning.of_resource(resource).get("meta attribute resource-stickiness")
    return fact.value if fact else None


def _number(score: str) -> int:
    if score.lstrip("+-") == INFINITY:
        return -_MOST if score.startswith("-") else _MOST
    return int(score) if score.lstrip("+-").isdigit() else 0


def named(shapes: Sequence[Shape]) -> dict[str, str]:
    """Map what a service can be named by in a constraint that knows no order of its resources to its name."""
    return _first(shapes) | _last(shapes)


def _first(shapes: Sequence[Shape]) -> dict[str, str]:
    """Map what a service's first start can be named by to its name."""
    known: dict[str, str] = {}
    for shape in shapes:
        known |= _known(shape, shape.unit if shape.vip is None else shape.vip)
    return known


def _last(shapes: Sequence[Shape]) -> dict[str, str]:
    known: dict[str, str] = {}
    for shape in shapes:
        known |= _known(shape, shape.unit if shape.clone is None or shape.vip is None else shape.vip)
    return known


def _known(shape: Shape, end: etree._Element) -> dict[str, str]:
    if shape.group is None:
        return dict.fromkeys(shape.ids, shape.name)
    clone = {} if shape.clone is None else {shape.clone.get("id", ""): shape.everywhere}
    return {shape.group.get("id", ""): shape.name, end.get("id", ""): shape.name} | clone
