"""The JSON Schema of the spec file, the reference table made from it, and look-ups by path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from hakit.spec.place import Loc
from hakit.spec.schema.cluster import SpecPart
from hakit.spec.schema.later import LATER

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the reference: `path` has NAME for names of the user's choice and N for a list's index."""

    path: str
    type: str
    default: str
    description: str
    supported: bool


class _Plain(GenerateJsonSchema):
    """Without a title for every key: it would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - pydantic's own type
        del schema
        return False


@cache
def json_schema() -> Schema:
    """Return the schema of the spec file, for editors."""
    schema = SpecPart.model_json_schema(schema_generator=_Plain)
    for path in LATER:
        part = _property(schema, path)
        if part is not None:
            part["description"] = f"{_description(schema, part)} Not supported yet."
    for definition in schema["$defs"].values():
        definition.pop("title", None)
    return {"$schema": DIALECT, **schema}


def reference() -> tuple[Entry, ...]:
    """Return every key of the spec file, in the order in which the manual tells them."""
    return tuple(_entries((), json_schema(), supported=True))


def keys_at(loc: Loc) -> tuple[str, ...]:
    """Name the keys that the mapping at `loc` may have."""
    return tuple(key for part in _at(loc) for key in part.get("properties", {}))


def words_at(loc: Loc) -> Iterator[str]:
    """Name the words that may stand at `loc`."""
    for part in _at(loc):
        yield from part.get("enum", [])
        if "const" in part:
            yield part["const"]


def forms_at(loc: Loc) -> tuple[str, ...]:
    """Name the forms that the value at `loc` may have."""
    return tuple(dict.fromkeys(_WORDS[part["type"]] for part in _at(loc) if part.get("type") in _WORDS))


def example(loc: Loc) -> str:
    """Show what may stand at `loc`; empty without an example."""
    schema, loc = json_schema(), tuple(loc)
    for part in _branches(schema, _at(loc[:-1])):
        found = part.get("properties", {}).get(loc[-1], {}).get("examples")
        if found:
            return found[0] if isinstance(found[0], str) else json.dumps(found[0])
    return ""


def _at(loc: Loc) -> list[Schema]:
    """Return what the schema says about the value at `loc`: one part for every form it may have."""
    schema = json_schema()
    parts = _branches(schema, [schema])
    for step in loc:
        parts = _branches(schema, [below for part in parts if (below := _step(part, step)) is not None])
    return parts


def _step(part: Schema, step: str | int) -> Schema | None:
    if isinstance(step, int):
        return _schema(part.get("items"))
    return _schema(part.get("properties", {}).get(step)) or _schema(part.get("additionalProperties"))


def _branches(schema: Schema, parts: list[Schema]) -> list[Schema]:
    """Follow references and open unions."""
    found: list[Schema] = []
    for part in parts:
        if "$ref" in part:
            found += _branches(schema, [schema["$defs"][part["$ref"].rpartition("/")[2]]])
        elif "oneOf" in part:
            found += _branches(schema, part["oneOf"])
        else:
            found.append(part)
    return found


def _property(schema: Schema, path: tuple[str, ...]) -> Schema | None:
    """Return the property itself at a path of `LATER`, where its description stands."""
    parts = [schema]
    for step in path[:-1]:
        parts = _branches(schema, [below for part in parts if (below := _step(part, step)) is not None])
    for part in parts:
        if path[-1] in part.get("properties", {}):
            found: Schema = part["properties"][path[-1]]
            return found
    return None


def _entries(path: tuple[str, ...], part: Schema, *, supported: bool) -> Iterator[Entry]:
    schema = json_schema()
    for branch in _branches(schema, [part]):
        for name, below in branch.get("properties", {}).items():
            here = (*path, name)
            now = supported and tuple("*" if step == "NAME" else step for step in here) not in LATER
            yield _entry(here, below, supported=now)
            yield from _entries(here, below, supported=now)
        for step, container in (("NAME", "additionalProperties"), ("N", "items")):
            inner = _schema(branch.get(container))
            if inner is not None:
                yield from _entries((*path, step), inner, supported=supported)


def _entry(path: tuple[str, ...], part: Schema, *, supported: bool) -> Entry:
    default = part.get("default")
    return Entry(
        path=".".join(path),
        type=" or ".join(dict.fromkeys(_type(branch) for branch in _branches(json_schema(), [part]))),
        default="" if default is None else default if isinstance(default, str) else json.dumps(default),
        description=_description(json_schema(), part),
        supported=supported,
    )


def _description(schema: Schema, part: Schema) -> str:
    """Return a key's description; where it would only repeat that of its mapping, the library leaves it there."""
    said: str = part.get("description") or next(
        (branch["description"] for branch in _branches(schema, [part]) if "description" in branch), ""
    )
    return said


def _type(part: Schema) -> str:
    if "enum" in part or "const" in part:
        return " | ".join(part.get("enum", [part.get("const")]))
    return {**_WORDS, "integer": "whole number", "array": "list", "object": "mapping"}[part["type"]]


def _schema(value: object) -> Schema | None:
    return value if isinstance(value, dict) else None
