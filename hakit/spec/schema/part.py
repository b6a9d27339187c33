"""What all parts of the schema share: strictness, optional keys, and keys that take more than one form."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field

TEXT, NUMBER, YES_NO, LIST, MAPPING = "(text)", "(number)", "(true or false)", "(list)", "(mapping)"
"""Tags of the forms. They turn up in the locations of pydantic's errors, where no key looks like them."""

FORMS = frozenset({TEXT, NUMBER, YES_NO, LIST, MAPPING})


class Part(BaseModel):
    """A mapping of the spec file: no key but those named, and no guessing at types."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


def form(value: object) -> str | None:
    """Name the form of a value; None for nothing."""
    match value:
        case str():
            return TEXT
        case bool():
            return YES_NO
        case int() | float():
            return NUMBER
        case list():
            return LIST
        case dict() | BaseModel():
            return MAPPING
        case _:
            return None


BY_FORM = Discriminator(form)
"""Chooses among the tagged forms of a union, so that a fault is told for the form that was meant only."""

Text = Annotated[str, Field(min_length=1)]
LONGEST = 86_400
Seconds = Annotated[int, Field(ge=1, le=LONGEST)]


def key(description: str, default: object = None, **more: Any) -> Any:  # noqa: ANN401 - pydantic's own types
    """Describe a key that may be left out. A default of None stands for "nothing", which can't be written."""
    if default is None:
        more["json_schema_extra"] = _without_default
    return Field(default=default, description=description, **more)


def needed(description: str, **more: Any) -> Any:  # noqa: ANN401 - pydantic's own types
    """Describe a key that must be there."""
    return Field(description=description, **more)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)
