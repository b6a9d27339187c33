"""The YAML file as plain data, with the place of every key and value; the only module that knows the YAML library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

from hakit.spec.fault import SpecFault
from hakit.spec.place import START, Loc, Mark, Place
from hakit.spec.tree import Tree

_LINE_BREAK = re.compile(r"\r\n|[\n\r]")  # YAML 1.2, 5.4; unlike 1.1 and str.splitlines, no other counts
_DEEPEST = 60  # a little more than the tree allows, so that most files keep their other faults


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable(SpecFault):
    """The file isn't there, can't be opened or isn't text."""

    code = "HK101"
    matters = "Nothing can be said about a file that cannot be read, so nothing else of it was checked."
    cure = "check the path and the file's permissions, and save it as UTF-8"
    problem: str

    def text(self) -> str:
        """Say what is wrong with the file."""
        return self.problem


@dataclass(frozen=True, kw_only=True, slots=True)
class BadYaml(SpecFault):
    """The text isn't one YAML document."""

    code = "HK102"
    matters = (
        "YAML shows structure by indentation: one slip and the rest of the file may mean something else, so "
        "nothing more of it is checked."
    )
    cure = "look at the line that is named and at the one above it"
    see = "YAML 1.2.2"
    problem: str
    advice: str = ""

    def text(self) -> str:
        """Give the parser's own words."""
        return f"not YAML: {self.problem}"

    def remedy(self) -> str:
        """Say what usually is behind it."""
        return self.advice


@dataclass(frozen=True, slots=True)
class Source:
    """A file's data (dicts, lists, text, numbers, bools, None), its marks, and the faults that YAML itself has.

    With `readable` False there is no data, and the faults say why.
    """

    file: str
    data: object
    key_marks: dict[Loc, Mark]
    value_marks: dict[Loc, Mark]
    faults: tuple[SpecFault, ...] = ()
    readable: bool = True

    def place(self, loc: Loc, *, key: bool = False) -> Place:
        """Say where `loc` stands: its value, or with `key` its key; the nearest key above when it isn't there."""
        if not key and loc in self.value_marks:
            return Place(self.file, self.value_marks[loc], loc)
        known = loc
        while known and known not in self.key_marks:
            known = known[:-1]
        return Place(self.file, self.key_marks.get(known, START), loc)


def load(path: Path) -> Source:
    """Read a file. Whatever is wrong with it is in the result's faults; then its data may be None."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return _refused(Unreadable(place=Place(str(path), START), problem=error.strerror or "can't be read"))
    try:
        return parse(raw.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        mark = _mark_of(raw[: error.start].decode("utf-8-sig", errors="replace"))
        problem = f"not UTF-8 text (byte 0x{raw[error.start]:02x})"
        return _refused(Unreadable(place=Place(str(path), mark), problem=problem))


def parse(text: str, file: str) -> Source:
    """Read YAML text; `file` is only the name for the places."""
    try:
        root = _compose(text)
    except MarkedYAMLError as error:
        return _refused(_worded(error, file))
    except ReaderError as error:
        mark = _mark_of(text[: error.position])
        return _refused(BadYaml(place=Place(file, mark), problem=f"character U+{ord(text[error.position]):04X}"))
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        # The library lets some of Python's own errors through, such as for "\UFFFFFFFF" in quotes.
        return _refused(BadYaml(place=Place(file, START), problem=str(error).splitlines()[0]))
    tree = Tree(file)
    data = tree.read(root)
    return Source(file, data, tree.key_marks, tree.value_marks, tuple(tree.faults))


def _compose(text: str) -> Node | None:
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.max_depth = _DEEPEST
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node


def _worded(error: MarkedYAMLError, file: str) -> BadYaml:
    mark = error.problem_mark or error.context_mark
    place = Place(file, Mark(mark.line + 1, mark.column + 1) if mark else START)
    problem = " ".join(filter(None, (error.problem or "can't be read", error.context and f"({error.context})")))
    advice = ""
    if "\\t" in problem or "'\t'" in problem:
        advice = "indent with spaces, not with tabs"
    elif "another document" in problem:
        advice = "keep one cluster per file"
    elif "mapping values are not allowed" in problem:
        advice = "check the indentation, and put text that holds ': ' in quotes"
    return BadYaml(place=place, problem=problem, advice=advice)


def _mark_of(before: str) -> Mark:
    lines = _LINE_BREAK.split(before)
    return Mark(len(lines), len(lines[-1]) + 1)


def _refused(fault: SpecFault) -> Source:
    return Source(fault.place.file, None, {}, {}, (fault,), readable=False)
