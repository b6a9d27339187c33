"""What the spec file can say and hakit can't do yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault
from hakit.spec.place import Loc
from hakit.spec.schema.later import LATER, LATER_VALUES


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSupported(SpecFault):
    """A valid part that isn't implemented; refused, since ignoring it would give a cluster that isn't what was asked."""

    code = "HK115"
    matters = "A part that is ignored gives a cluster other than the one that was asked for."
    part: str

    def text(self) -> str:
        """Say so."""
        return f"'{self.part}' is not supported yet"

    def remedy(self) -> str:
        """Say what to do meanwhile."""
        return "leave it out"


def unsupported(spec: Draft) -> Iterator[SpecFault]:
    """Yield what has to wait."""
    for path in LATER:
        for loc, _ in _matches(spec.source.data, path):
            yield NotSupported(place=spec.at_key(loc), part=str(loc[-1]))
    for path, value in LATER_VALUES:
        for loc, found in _matches(spec.source.data, path):
            if found == value:
                yield NotSupported(place=spec.at(loc), part=f"{loc[-1]}: {value}")


def _matches(data: object, path: tuple[str, ...], above: Loc = ()) -> Iterator[tuple[Loc, object]]:
    if not path:
        yield above, data
    elif isinstance(data, dict):
        for key in data if path[0] == "*" else [key for key in path[:1] if key in data]:
            yield from _matches(data[key], path[1:], (*above, key))
