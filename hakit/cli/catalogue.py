"""Every kind of finding, found where it is defined, with its words: what `hakit explain` and the manual tell."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from types import UnionType

from hakit.core import Finding, Severity

ROOMS = ("hakit.spec", "hakit.plan", "hakit.author", "hakit.apply")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code and what is to be known of it; `text` has the names of fields in capitals in place of their values.

    `where` is the module that defines it, `see` what the judgement rests on (manual pages, standards, decisions).
    """

    code: str
    kind: str
    severity: Severity
    text: str
    meaning: str
    matters: str
    cure: str
    see: str
    where: str


def explanations() -> tuple[Explanation, ...]:
    """Return all of them by code."""
    return tuple(_explained(kind) for kind in kinds())


def kinds() -> tuple[type[Finding], ...]:
    """Return every kind of finding that has a code, by code."""
    found: dict[str, type[Finding]] = {}
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Finding) and value.code:
                found[value.code] = value
    return tuple(found[code] for code in sorted(found))


def _modules() -> Iterator[object]:
    for room in ROOMS:
        package = importlib.import_module(room)
        yield package
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            yield importlib.import_module(module.name)


def _explained(kind: type[Finding]) -> Explanation:
    shape = _shape(kind)
    return Explanation(
        code=kind.code,
        kind=kind.__name__,
        severity=kind.severity,
        text=shape.text(),
        meaning=(kind.__doc__ or "").partition("\n")[0],
        matters=kind.matters,
        cure=kind.cure or shape.remedy(),
        see=kind.see,
        where=kind.__module__,
    )


class _Whole(int):
    """A number that is shown as the name of its field."""

    name = ""

    def __format__(self, spec: str) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name

    __str__ = __repr__


class _Fraction(float):
    """Likewise."""

    name = ""

    def __format__(self, spec: str) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name

    __str__ = __repr__


def _shape(kind: type[Finding]) -> Finding:
    """Make a finding whose fields are their own names in capitals."""
    return kind(**_fields(kind))


def _fields(kind: type) -> dict[str, typing.Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: _value(hints[field.name], field.name) for field in dataclasses.fields(kind)}


def _value(hint: typing.Any, name: str) -> object:  # noqa: ANN401, PLR0911 - type hints are of any type; one way each
    shown, origin, args = name.upper().replace("_", "-"), typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return (_value(args[0], name),) if args[-1] is Ellipsis else tuple(_value(each, name) for each in args)
    if origin in {typing.Union, UnionType}:
        return _value(args[0], name)
    if hint is bool:
        return False
    if hint in {int, float}:
        number = (_Whole if hint is int else _Fraction)(2)
        number.name = shown
        return number
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint(**_fields(hint))
    return shown
