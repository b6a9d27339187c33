"""The JSON Schema and the reference table that come out of the schema."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from hakit.model import PROFILES
from hakit.model.fencing import WATCHDOG
from hakit.model.service import Agent, Switchback, Timeouts
from hakit.spec import json_schema, reference
from hakit.spec.schema.later import LATER, LATER_VALUES

EXAMPLES = sorted(path for path in (Path(__file__).parents[3] / "examples").glob("*.yaml") if path.stem != "faulty")
BY_PATH = {entry.path: entry for entry in reference()}


# The user's own words: nothing in the reference names them.
FREE = ("services", "NAME", "volume", "links")


def paths(data: object, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Name the keys of a spec as the reference names them."""
    if isinstance(data, dict) and above != FREE:
        named = above in {("nodes",), ("services",)}
        for key, value in data.items():
            here = (*above, "NAME" if named else str(key))
            if not named:
                yield ".".join(here)
            yield from paths(value, here)
    elif isinstance(data, list):
        for item in data:
            yield from paths(item, (*above, "N"))


def test_the_schema_says_which_dialect_it_is() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["cluster", "nodes", "fencing"]
    assert json.loads(json.dumps(schema)) == schema


def test_every_key_has_a_description_and_every_mapping_is_closed() -> None:
    definitions = [json_schema(), *json_schema()["$defs"].values()]  # type: ignore[attr-defined]
    for definition in definitions:
        assert definition["additionalProperties"] is False
        assert definition["description"]
    assert [entry.path for entry in reference() if not entry.description.endswith(".")] == []


def test_no_default_is_null() -> None:
    assert '"default": null' not in json.dumps(json_schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_use_keys_that_are_supported(path: Path) -> None:
    used = set(paths(YAML(typ="safe", pure=True).load(path)))
    assert used
    assert [key for key in used if key not in BY_PATH or not BY_PATH[key].supported] == []


@pytest.mark.skipif(importlib.util.find_spec("jsonschema") is None, reason="jsonschema isn't installed")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_satisfy_the_schema(path: Path) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only where it happens to be installed

    Draft202012Validator.check_schema(json_schema())
    Draft202012Validator(json_schema()).validate(YAML(typ="safe", pure=True).load(path))


def test_the_defaults_are_those_of_the_model() -> None:
    default = Timeouts()
    assert BY_PATH["services.NAME.timeouts.start"].default == str(default.start)
    assert BY_PATH["services.NAME.agent"].default == Agent.SYSTEMD
    assert BY_PATH["services.NAME.agent"].type == " | ".join(Agent)
    assert BY_PATH["services.NAME.switchback"].type == " | ".join(Switchback)
    assert BY_PATH["timing.profile"].type == " | ".join(PROFILES)
    normal = PROFILES["normal"]
    assert BY_PATH["timing.failure_timeout"].default == str(normal.failure_timeout)
    assert BY_PATH["timing.migration_threshold"].default == str(normal.migration_threshold)


@pytest.mark.parametrize("field", ["token", "consensus", "unit_interval", "vip_interval"])
def test_the_numbers_that_descriptions_name_are_those_of_the_profiles(field: str) -> None:
    said = dict(re.findall(r"(fast|normal|relaxed) (\d+)", BY_PATH[f"timing.{field}"].description))
    assert all(int(number) == getattr(PROFILES[word], field) for word, number in said.items())
    assert said or field == "consensus"


def test_what_comes_later_is_in_the_schema() -> None:
    for path in (*LATER, *(path for path, _ in LATER_VALUES)):
        assert ".".join("NAME" if step == "*" else step for step in path) in BY_PATH
    assert BY_PATH["fencing.sbd.watchdog"].default == WATCHDOG
