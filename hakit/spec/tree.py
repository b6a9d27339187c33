"""From the YAML library's nodes to plain data and marks, in one pass; duplicate keys, odd keys and tags are faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hakit.spec.fault import SpecFault
from hakit.spec.place import START, Loc, Mark, Place

_TAG = "tag:yaml.org,2002:"
# 1000 services have about 10 000 nodes; far beyond that, aliases are multiplying themselves ("billion laughs").
_MOST_NODES = 200_000
_DEEPEST = 40  # the spec's own depth is below 8


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateKey(SpecFault):
    """A key stands twice in one mapping; YAML allows only one."""

    code = "HK103"
    matters = "Many YAML readers silently take the last of the two; which one was meant cannot be known."
    see = "YAML 1.2.2, 3.2.1.3"
    first_line: int

    def text(self) -> str:
        """Say where the first one is."""
        return f"this key is already in line {self.first_line}"

    def remedy(self) -> str:
        """Say that one has to go."""
        return "keep one of them"


@dataclass(frozen=True, kw_only=True, slots=True)
class OddYaml(SpecFault):
    """Legal YAML that has no meaning in a spec: a key that isn't text, a tag, an alias inside itself."""

    code = "HK104"
    matters = (
        "Keys are names, and values are text, numbers, lists and mappings; anything cleverer would be "
        "understood differently by the next reader."
    )
    cure = "write it plainly: text as keys, no tags, no alias of a part within that part"
    problem: str

    def text(self) -> str:
        """Say what it is."""
        return self.problem


class Tree:
    """Reads a node graph once; afterwards `key_marks`, `value_marks` and `faults` are filled."""

    def __init__(self, file: str) -> None:
        self.key_marks: dict[Loc, Mark] = {}
        self.value_marks: dict[Loc, Mark] = {}
        self.faults: list[SpecFault] = []
        self._file = file
        self._above: set[int] = set()
        self._count = 0

    def read(self, root: Node | None) -> object:
        """Return the data under the root node; None for an empty file."""
        return None if root is None else self._value(root, ())

    def _value(self, node: Node, loc: Loc) -> object:
        # Where nothing is written, the library's mark is that of whatever comes next: the key says more.
        self.value_marks[loc] = self.key_marks.get(loc, _mark(node)) if node.value == "" else _mark(node)
        self._count += 1
        if id(node) in self._above or len(loc) > _DEEPEST:
            self._odd(node, loc, "an alias inside itself" if id(node) in self._above else "too deep")
            return None
        if self._count > _MOST_NODES:
            if self._count == _MOST_NODES + 1:
                self._odd(node, loc, f"more than {_MOST_NODES} values")
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node, loc)
        self._above.add(id(node))
        try:
            return self._mapping(node, loc) if isinstance(node, MappingNode) else self._sequence(node, loc)
        finally:
            self._above.discard(id(node))

    def _sequence(self, node: Node, loc: Loc) -> list[object]:
        self._known_tag(node, loc, f"{_TAG}seq")
        items: list[object] = []
        for index, item in enumerate(node.value):
            self.key_marks[*loc, index] = _mark(item)
            items.append(self._value(item, (*loc, index)))
        return items

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[object, object]:
        self._known_tag(node, loc, f"{_TAG}map")
        data: dict[object, object] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged += value_node.value if isinstance(value_node, SequenceNode) else [value_node]
                continue
            self._entry(key_node, value_node, data, loc)
        for other in merged:
            self._merge(other, data, loc)
        return data

    def _entry(self, key_node: Node, value_node: Node, data: dict[object, object], loc: Loc) -> None:
        if not isinstance(key_node, ScalarNode):
            self._odd(key_node, loc, "a key that is a list or a mapping")
            return
        # A key is a name. What YAML takes for a number or a bool is text when it stands where names stand.
        key: str = key_node.value
        here = (*loc, key)
        if key in data:
            first = self.key_marks[here].line
            self.faults.append(DuplicateKey(place=Place(self._file, _mark(key_node), here), first_line=first))
            return
        self.key_marks[here] = _mark(key_node)
        data[key] = self._value(value_node, here)

    def _merge(self, node: Node, data: dict[object, object], loc: Loc) -> None:
        """Take over what `<<` names, except for the keys that are there; its marks are those of the origin."""
        if not isinstance(node, MappingNode) or id(node) in self._above:
            self._odd(node, loc, "'<<' takes a mapping, or a list of mappings")
            return
        data.update(self._copy(node, loc, hidden=frozenset(map(str, data))))

    def _copy(self, node: MappingNode, loc: Loc, hidden: frozenset[str]) -> dict[object, object]:
        wanted = [pair for pair in node.value if pair[0].value not in hidden]
        part = MappingNode(node.tag, wanted, node.start_mark, node.end_mark)
        self._above.add(id(node))
        copy = self._mapping(part, loc)
        self._above.discard(id(node))
        return copy

    def _scalar(self, node: ScalarNode, loc: Loc) -> object:
        text: str = node.value
        kind = str(node.tag).removeprefix(_TAG)
        if kind in _READ:
            return _READ[kind](text)
        self._known_tag(node, loc, f"{_TAG}str")
        return text

    def _known_tag(self, node: Node, loc: Loc, plain: str) -> None:
        if node.tag != plain:
            self._odd(node, loc, f"the tag {str(node.tag).replace(_TAG, '!!')} has no meaning here")

    def _odd(self, node: Node, loc: Loc, problem: str) -> None:
        self.faults.append(OddYaml(place=Place(self._file, _mark(node), loc), problem=problem))


def _mark(node: Node) -> Mark:
    mark = node.start_mark
    return Mark(mark.line + 1, mark.column + 1) if mark else START


def _whole(text: str) -> object:
    plain = text.replace("_", "")
    try:
        return int(plain, 0) if plain.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"} else int(plain, 10)
    except ValueError:
        return text


def _fraction(text: str) -> object:
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return text  # .inf and .nan: no number that a spec knows, so wrong as text too


_READ: dict[str, Callable[[str], object]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _whole,
    "float": _fraction,
    "str": str,
    "timestamp": str,  # a date is no part of a spec, so what looks like one is text
    "value": str,  # '=' and '<<' where a value stands
    "merge": str,
}
