"""Faults of structure: keys, types, forms, values out of a list or a range. The schema finds them; here they get words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hakit.spec import described
from hakit.spec.fault import SpecFault, did_you_mean, suggestion
from hakit.spec.place import Loc
from hakit.spec.schema.cluster import SpecPart
from hakit.spec.schema.part import FORMS
from hakit.spec.source import Source

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownKey(SpecFault):
    """A key that doesn't exist in its mapping."""

    code = "HK110"
    matters = "A key that is passed over in silence is a setting that somebody believes in."
    cure = "hakit schema gives editors all keys to complete; docs/spec.md lists them"
    key: str
    meant: str

    def text(self) -> str:
        """Name the fault; the key is in the path."""
        return "unknown key"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongType(SpecFault):
    """A value of a form that the key doesn't take."""

    code = "HK111"
    matters = (
        "hakit does not guess: YAML reads no and 12:30 differently in different versions, and a guess would "
        "differ with it."
    )
    cure = "write what is wanted; text that looks like a number or like true goes in quotes"
    wanted: str
    found: str

    def text(self) -> str:
        """Say what is wanted and what is there."""
        if not self.place.loc:
            return "the file is empty" if self.found == "nothing" else f"a spec is a mapping, not {self.found}"
        return f"{self.wanted} is wanted here, and this is {self.found}"

    def remedy(self) -> str:
        """Help with what YAML does to plain words."""
        if not self.place.loc:
            return "begin with 'cluster: NAME'; examples/squid.yaml is a whole one"
        if self.wanted == "text" and self.found in {"a number", "true or false"}:
            return "put it in quotes"
        return "write the number without quotes" if self.wanted == "a whole number" and self.found == "text" else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingPart(SpecFault):
    """A key that must be there and isn't."""

    code = "HK112"
    matters = "There is no default for it that would be right for everybody."
    key: str
    example: str

    def text(self) -> str:
        """Name the fault; the key is in the path."""
        return "missing"

    def remedy(self) -> str:
        """Show what it can look like."""
        return f"such as '{self.key}: {self.example}'" if self.example else f"add '{self.key}:'"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownValue(SpecFault):
    """A word that isn't among those the key takes."""

    code = "HK113"
    matters = "A word that means nothing would leave the default in force, unnoticed."
    cure = "use one of the words that are listed"
    value: str
    known: tuple[str, ...]
    meant: str

    def text(self) -> str:
        """Say what is there and what could be."""
        return f"'{self.value}' is none of {', '.join(self.known)}"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadValue(SpecFault):
    """A value of the right form that the key can't have: empty, too small, too large, too long."""

    code = "HK114"
    matters = (
        "The value would be refused later, by Corosync, Pacemaker or the agent, when hosts have been changed already."
    )
    cure = "docs/spec.md says what the key takes"
    problem: str

    def text(self) -> str:
        """Say what is wrong with it."""
        return self.problem


def faults(source: Source) -> Iterator[SpecFault]:
    """Yield every fault of structure."""
    try:
        SpecPart.model_validate(source.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            fault = _worded(source, detail)
            if fault:
                yield fault


def _worded(source: Source, detail: Mapping[str, Any]) -> SpecFault | None:  # noqa: PLR0911 - one way per kind
    loc: Loc = tuple(part for part in detail["loc"] if part not in FORMS)
    kind: str = detail["type"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    at = source.place(loc)
    match kind:
        case "missing" if loc == ("fencing",):
            return None  # rules/fencing.py has more to say about it
        case "missing":
            key = str(loc[-1])
            return MissingPart(place=source.place(loc, key=True), key=key, example=described.example(loc))
        case "extra_forbidden":
            key = str(loc[-1])
            meant = suggestion(key, described.keys_at(loc[:-1]))
            return UnknownKey(place=source.place(loc, key=True), key=key, meant=meant)
        case "union_tag_invalid" | "union_tag_not_found":
            return WrongType(place=at, wanted=_forms(loc), found=found(detail["input"]))
        case "literal_error":
            known = tuple(described.words_at(loc))
            value = _plain(detail["input"])
            return UnknownValue(place=at, value=value, known=known, meant=suggestion(value, known))
        case _ if kind in _WANTED:
            return WrongType(place=at, wanted=_WANTED[kind], found=found(detail["input"]))
        case _:
            return BadValue(place=at, problem=_problem(kind, context, detail))


def _problem(kind: str, context: Mapping[str, Any], detail: Mapping[str, Any]) -> str:
    match kind:
        case "greater_than_equal":
            return f"{detail['input']} is below {context['ge']}, the least there can be"
        case "less_than_equal":
            return f"{detail['input']} is above {context['le']}, the most there can be"
        case "string_too_short" | "too_short":
            return "it is empty"
        case "too_long":
            return f"more than {context['max_length']}"
        case "string_pattern_mismatch":
            return f"'{detail['input']}' doesn't have the form {context['pattern']}"
        case _:
            said: str = detail["msg"]
            return said[:1].lower() + said[1:]


def found(value: object) -> str:
    """Name the form of a value in plain words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _forms(loc: Loc) -> str:
    return " or ".join(described.forms_at(loc)) or "something else"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
