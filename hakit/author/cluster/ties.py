"""The constraints of a CIB in one form, whatever the words in which pcs or crm wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from hakit.render import facts

INFINITY = "INFINITY"
_LOCATION, _ORDER, _COLOCATION = "rsc_location", "rsc_order", "rsc_colocation"
# What these attributes say when they aren't there (Pacemaker Explained, "Resource Constraints").
_DEFAULTS = {"kind": "Mandatory", "symmetrical": "true", "first-action": "start", "then-action": "start"}
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Tie:
    """A constraint without its id: `one` after or with `other`, or `one` on the node `other`.

    `score` is that of a colocation or location; for an order it is empty. `element` says it.
    """

    sort: str
    one: str
    other: str
    score: str
    element: etree._Element | None = None

    @property
    def plain(self) -> tuple[str, str, str, str]:
        """What it says, to compare."""
        return self.sort, self.one, self.other, self.score


@dataclass(frozen=True, slots=True)
class Ties:
    """All constraints: those in one of the plain forms, and the rest."""

    known: tuple[Tie, ...]
    odd: tuple[etree._Element, ...]

    def together(self, one: str, other: str) -> bool:
        """Say whether the two must be on the same node."""
        return any(tie.sort == _COLOCATION and tie.score == INFINITY for tie in self._of(one, other))

    def needs(self, one: str, other: str) -> bool:
        """Say whether `one` must be where `other` is, which may be without it."""
        return (_COLOCATION, one, other, INFINITY) in {tie.plain for tie in self._of(one, other)}

    def between(self, one: str, other: str) -> list[etree._Element]:
        """Return what keeps the two together, and the orders between them."""
        return [
            tie.element
            for tie in self._of(one, other)
            if tie.element is not None and (tie.sort == _ORDER or tie.score == INFINITY)
        ]

    def _of(self, one: str, other: str) -> Iterator[Tie]:
        return (tie for tie in self.known if tie.sort != _LOCATION and {tie.one, tie.other} == {one, other})


def read(constraints: etree._Element | None) -> Ties:
    """Read the section of the CIB."""
    known: list[Tie] = []
    odd: list[etree._Element] = []
    for element in facts.children(constraints):
        tie = _tie(element)
        if tie is None:
            odd.append(element)
        else:
            known.append(tie)
    return Ties(tuple(known), tuple(odd))


def renamed(ties: Iterable[Tie], first: Mapping[str, str], last: Mapping[str, str]) -> Iterator[Tie]:
    """Say ties in the names of services where that means the same.

    What comes after or is put with something can be named by the `first` resource of its service, what it follows
    by the `last`; a preference by either.
    """
    for tie in ties:
        one = first.get(tie.one, tie.one)
        if tie.sort == _LOCATION:
            one = first.get(tie.one, last.get(tie.one, tie.one))
        yield Tie(
            tie.sort,
            one,
            tie.other if tie.sort == _LOCATION else last.get(tie.other, tie.other),
            tie.score,
            tie.element,
        )


def _tie(element: etree._Element) -> Tie | None:
    given = {
        str(name): facts.meaning(str(name), str(value))
        for name, value in element.attrib.items()
        if name != "id" and _DEFAULTS.get(str(name)) != str(value)
    }
    listed = _listed(element)
    if element.tag == _ORDER:
        # A score was the way to say the kind before Pacemaker 1.1.
        given = {name: value for name, value in given.items() if (name, value) != ("score", INFINITY)}
        if listed and not given:
            return Tie(_ORDER, listed[1], listed[0], "", element)
        if given.keys() == {"first", "then"}:
            return Tie(_ORDER, given["then"], given["first"], "", element)
    if element.tag == _COLOCATION:
        score = given.pop("score", INFINITY)
        if listed and not given:
            return Tie(_COLOCATION, listed[1], listed[0], score, element)
        if given.keys() == {"rsc", "with-rsc"}:
            return Tie(_COLOCATION, given["rsc"], given["with-rsc"], score, element)
    if element.tag == _LOCATION and given.keys() == {"rsc", "node", "score"} and not len(element):
        return Tie(_LOCATION, given["rsc"], given["node"], given["score"], element)
    return None


def _listed(element: etree._Element) -> tuple[str, str] | None:
    """Return the two members of a single plain set, the first first."""
    sets = list(facts.children(element))
    if len(sets) != 1 or sets[0].tag != "resource_set":
        return None
    plain = {"id", "sequential", "require-all"}
    members = [each.get("id", "") for each in sets[0].iterfind("resource_ref")]
    if set(sets[0].attrib) - plain or sets[0].get("sequential", "true") != "true" or len(members) != _PAIR:
        return None
    return members[0], members[1]
