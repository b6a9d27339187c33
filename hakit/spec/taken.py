"""Single values out of a file's data, as far as they have the right type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.place import Loc


@dataclass(frozen=True, slots=True)
class Written:
    """A text and where it stands."""

    text: str
    loc: Loc


def texts(value: object, loc: Loc) -> tuple[Written, ...]:
    """Return the texts of a list, each with its place; what is no text is left out."""
    return tuple(Written(item, (*loc, i)) for i, item in enumerate(sequence(value)) if isinstance(item, str))


def written(fields: dict[str, object], key: str, loc: Loc) -> Written | None:
    """Return the text of a key; None where there is none."""
    value = fields.get(key)
    return Written(value, (*loc, key)) if isinstance(value, str) else None


def number(fields: dict[str, object], key: str) -> int | None:
    """Return the number of a key; None where there is none."""
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def yes_no(fields: dict[str, object], key: str) -> bool | None:
    """Return the yes or no of a key; None where there is none."""
    value = fields.get(key)
    return value if isinstance(value, bool) else None


def numbers(fields: dict[str, object]) -> dict[str, int]:
    """Return the keys that have numbers."""
    return {key: said for key in fields if (said := number(fields, key)) is not None}


def mapping(value: object) -> dict[str, object]:
    """Return a mapping; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """Return a list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def items(data: dict[str, object], key: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the entries of the mapping that a key has, each as a mapping."""
    for name, part in mapping(data.get(key)).items():
        yield name, mapping(part)
