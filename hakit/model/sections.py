"""The tree that a corosync.conf is: sections within sections, each with `key: value` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core.errors import HakitError

# What icmap takes in a key (icmap.c, icmap_is_valid_name_char); a section's name becomes part of keys.
_NAME = re.compile(r"[A-Za-z0-9._/-]+")
_KEY = re.compile(r"[A-Za-z0-9._/-]+")
# coroparse.c reads lines with fgets into 512 bytes: a longer one would be read as two.
_LINE_BYTES = 510
_INDENT = "    "
# Only what coroparse.c takes for the end of a line and for blanks; str.strip and splitlines know more.
_BLANK = " \t"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its `key: value` pairs and the sections in it, both in file order. The root has no name."""

    name: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()

    def get(self, key: str, default: str = "") -> str:
        """Return the key's value; of several the last, as Corosync does."""
        return dict(self.pairs).get(key, default)

    def all(self, name: str) -> tuple[Section, ...]:
        """Return every section of that name, in order."""
        return tuple(section for section in self.sections if section.name == name)

    def one(self, name: str) -> Section:
        """Return the sections of that name seen as one, as Corosync does; empty when there is none."""
        same = self.all(name)
        return Section(
            name,
            tuple(pair for section in same for pair in section.pairs),
            tuple(inner for section in same for inner in section.sections),
        )


def parse(text: str) -> Section:
    """Read a corosync.conf as Corosync itself does. Raises HakitError naming the line that it would refuse."""
    lines = enumerate(text.split("\n"), start=1)
    return _body("", lines)


def dump(root: Section, *, header: tuple[str, ...] = ()) -> str:
    """Write a corosync.conf, with `header` as comment lines above.

    Raises ValueError for a name, key, value or comment that would end its own line or section.
    """
    comments = [_line(f"# {text}".rstrip()) for text in header]
    blocks = ["".join(f"{line}\n" for line in lines) for lines in (comments, _pairs(root)) if lines]
    blocks += ["".join(f"{line}\n" for line in _section(section)) for section in root.sections]
    return "\n".join(blocks)


def _body(name: str, lines: Iterator[tuple[int, str]]) -> Section:
    pairs: list[tuple[str, str]] = []
    sections: list[Section] = []
    for number, raw in lines:
        line = raw.removesuffix("\r").strip(_BLANK)
        if not line or line.startswith("#"):
            continue
        # The order of the questions is that of coroparse.c: a brace opens, then a colon, then a brace closes.
        if "{" in line:
            opened, _, behind = line.partition("{")
            inner = opened.rstrip(_BLANK).removesuffix(":").rstrip(_BLANK)
            if not inner or behind.strip(_BLANK):
                raise _fault(number, "a section opens as `name {` with nothing behind the brace")
            sections.append(_body(inner, lines))
        elif ":" in line:
            key, _, value = line.partition(":")
            pairs.append((key.strip(_BLANK), value.strip(_BLANK)))
        elif line == "}":
            if not name:
                raise _fault(number, "a brace closes but none is open")
            return Section(name, tuple(pairs), tuple(sections))
        else:
            raise _fault(number, "neither a section nor `key: value`")
    if name:
        raise HakitError(f"corosync.conf: section {name!r} is never closed")
    return Section(name, tuple(pairs), tuple(sections))


def _fault(number: int, what: str) -> HakitError:
    return HakitError(f"corosync.conf: line {number}: {what}")


def _section(section: Section) -> list[str]:
    if not _NAME.fullmatch(section.name):
        raise ValueError(f"{section.name!r} is no name for a section of corosync.conf")
    body = _pairs(section)
    for inner in section.sections:
        body += [*([""] if body else []), *_section(inner)]
    indented = [_line(f"{_INDENT}{line}" if line else "") for line in body]
    return [f"{section.name} {{", *indented, "}"]


def _pairs(section: Section) -> list[str]:
    return [_pair(key, value) for key, value in section.pairs]


def _pair(key: str, value: str) -> str:
    if not _KEY.fullmatch(key) or set(value) & set("{}\r\n\0") or value != value.strip(_BLANK):
        raise ValueError(f"{key!r}: {value!r} would break out of corosync.conf")
    return _line(f"{key}: {value}".rstrip(_BLANK))


def _line(text: str) -> str:
    if set(text) & set("\r\n\0") or len(text.encode()) > _LINE_BYTES:
        raise ValueError(f"{text!r} does not fit on one line of corosync.conf")
    return text
