"""Which resources of a CIB are the services of a spec: a virtual IP and a unit, grouped or tied by constraints."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from hakit.author.cluster import guards, hot, meaning, mirrors
from hakit.author.cluster.kinds import MOUNT, OTHER, UNIT, VIP, kind, members
from hakit.author.cluster.ties import Ties
from hakit.render import facts
from hakit.spec.rules import names


@dataclass(frozen=True, slots=True)
class Shape:
    """A service: its resources as they are. `after` names those that it followed in a group with them.

    `clone` holds the unit of a service that runs hot; `group` then holds the virtual IP alone.
    `mount` is that of a volume, in the group, and `mirror` the clone that replicates it.
    """

    name: str
    group: etree._Element | None
    vip: etree._Element | None
    unit: etree._Element
    after: tuple[str, ...] = ()
    clone: etree._Element | None = None
    mount: etree._Element | None = None
    mirror: etree._Element | None = None

    @property
    def replicated(self) -> etree._Element | None:
        """The one resource of the mirror."""
        return None if self.mirror is None else members(self.mirror)[0]

    @property
    def ids(self) -> tuple[str, ...]:
        """Name all its resources, the group first."""
        parts = (self.group, self.vip, self.clone, self.unit, self.mount, self.mirror, self.replicated)
        return tuple(each.get("id", "") for each in parts if each is not None)

    @property
    def everywhere(self) -> str:
        """What hakit calls the clone of a service that runs hot."""
        return f"{self.name}-everywhere"


@dataclass(slots=True)
class Shapes:
    """The services in the CIB's order; resources that are none, with the reason; fencing devices; used constraints.

    `guard` is the clone of the path guard.
    """

    services: list[Shape] = field(default_factory=list)
    foreign: list[tuple[etree._Element, str]] = field(default_factory=list)
    devices: list[etree._Element] = field(default_factory=list)
    used: list[etree._Element] = field(default_factory=list)
    guard: etree._Element | None = None


def find(resources: etree._Element | None, ties: Ties, taken: Sequence[str], volumes: Collection[str] = ()) -> Shapes:
    """Find them. `taken` are names that no service may have: those of the nodes; `volumes` those whose volumes are known."""
    tops = list(facts.children(resources))
    found = Shapes(guard=guards.find(tops))
    known = {name.lower() for name in taken}
    paired, running_hot = _pairs(tops, ties, found), hot.pairs(tops, ties)
    mirrored = mirrors.pairs(tops, volumes)
    told = [found.guard, *paired.values(), *running_hot.values(), *mirrored.values()]
    for element in tops:
        if element.tag == "primitive" and element.get("class") == "stonith":
            found.devices.append(element)
        elif element.get("id") in running_hot:
            found.services.append(_hot(element, running_hot[element.get("id", "")], known))
        elif element.tag == "group":
            _group(element, found, known, mirrored.get(element.get("id", "")))
        elif kind(element) == UNIT:
            name = _name((element.get("id", ""), _stem(element)), known)
            found.services.append(Shape(name, None, paired.get(element.get("id", "")), element))
        elif element not in told:
            found.foreign.append((element, _why(element)))
    return found


def _pairs(tops: Sequence[etree._Element], ties: Ties, found: Shapes) -> dict[str, etree._Element]:
    """Give each single unit the single virtual IP that must be where it is."""
    vips = {each.get("id", ""): each for each in tops if kind(each) == VIP}
    pairs: dict[str, etree._Element] = {}
    for unit in (each.get("id", "") for each in tops if kind(each) == UNIT):
        near = [vip for vip in vips if ties.together(vip, unit)]
        if len(near) == 1:
            pairs[unit] = vips.pop(near[0])
            found.used += ties.between(near[0], unit)
    return pairs


def _hot(group: etree._Element, clone: etree._Element, known: set[str]) -> Shape:
    (vip,), (unit,) = members(group), members(clone)
    return Shape(_name((group.get("id", ""), unit.get("id", ""), _stem(unit)), known), group, vip, unit, clone=clone)


def _group(group: etree._Element, found: Shapes, known: set[str], mirror: etree._Element | None) -> None:
    mount = None if mirror is None else mirrors.mount(group)
    inside = [each for each in members(group) if each is not mount]
    kinds = [kind(each) for each in inside]
    if {OTHER, MOUNT} & {*kinds} or UNIT not in kinds or kinds.count(VIP) > 1:
        others = [each.get("id", "") for each in inside if kind(each) in {OTHER, MOUNT}]
        why = f"a service has a virtual IP and a unit; {', '.join(others)} is neither" if others else _NOT_ONE
        found.foreign.append((group, why))
        return
    vip = next((each for each in inside if kind(each) == VIP), None)
    before: tuple[str, ...] = ()
    for unit in (each for each in inside if kind(each) == UNIT):
        own = () if before else (group.get("id", ""),)
        name = _name((*own, unit.get("id", ""), _stem(unit)), known)
        first = Shape(name, group, vip, unit, mount=mount, mirror=mirror)
        found.services.append(Shape(name, None, None, unit, before) if before else first)
        before = (name,)


_NOT_ONE = "a service has one unit and at most one virtual IP"


def _why(element: etree._Element) -> str:
    if kind(element) == VIP:
        return "no unit has to be where this address is"
    if element.tag in {"clone", "master"}:
        return "the only clones of a spec are the unit of a service that runs hot, and one path guard"
    if element.get("class") == "systemd":
        return "a service's unit is a .service"
    return "a service is a systemd unit, with or without a virtual IP"


def _stem(unit: etree._Element) -> str:
    return meaning.parameters(unit).get("unit", unit.get("type", "")).removesuffix(".service")


def _name(candidates: Sequence[str], known: set[str]) -> str:
    """Take the first name that a service can have, else the first of all with something behind it."""
    fit = (name for name in candidates if not names.problem(name) and name.lower() not in known)
    name = next(fit, "") or next(_numbered(candidates[0], known))
    known.add(name.lower())
    return name


def _numbered(name: str, known: set[str]) -> Iterator[str]:
    start = name if name.lower() in names.RESERVED else name or "service"
    for number in range(1, len(known) + 3):
        if f"{start}-{number}".lower() not in known:
            yield f"{start}-{number}"
