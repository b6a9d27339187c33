"""Where something stands in a spec file."""

from __future__ import annotations

from dataclasses import dataclass

Loc = tuple[str | int, ...]
"""A path into the file's data: keys of mappings and indexes of lists."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A line and a column, both from 1."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A file, a mark in it, and the path of what stands there; `loc` may name what is missing there."""

    file: str
    mark: Mark
    loc: Loc = ()

    @property
    def path(self) -> str:
        """The path as people read it: `services.squid.vip`, `nodes.qsp-a.rings.0`."""
        return ".".join(str(part) for part in self.loc)

    def __str__(self) -> str:
        where = f"{self.file}:{self.mark.line}:{self.mark.column}"
        return f"{where}: {self.path}" if self.loc else where
