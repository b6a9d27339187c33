"""What hakit tells its agent for mounts is what the agent's own metadata takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from hakit import spec
from hakit.render import cib

ROOT = Path(__file__).parents[3]
CASE = ROOT / "tests/cases/render/volume/spec.yaml"


@pytest.fixture(scope="module")
def metadata() -> etree._Element:
    argv = ("sh", str(ROOT / "agents/mount"), "meta-data")
    return etree.fromstring(subprocess.run(argv, capture_output=True, check=True).stdout)


@pytest.fixture(scope="module")
def mount() -> etree._Element:
    found = etree.fromstring(cib(spec.read(CASE))).find(".//primitive[@type='mount']")
    assert found is not None
    return found


def test_every_parameter_is_one_of_the_agent_s(mount: etree._Element, metadata: etree._Element) -> None:
    names = {each.get("name") for each in metadata.iter("parameter")}
    required = {each.get("name") for each in metadata.iter("parameter") if each.get("required") == "1"}
    assert required <= {each.get("name") for each in mount.iterfind("instance_attributes/nvpair")} <= names


def test_operations_are_those_that_the_metadata_advises(mount: etree._Element, metadata: etree._Element) -> None:
    advised = {each.get("name"): (each.get("interval", "0s"), each.get("timeout")) for each in metadata.iter("action")}
    operations = {each.get("name"): (each.get("interval"), each.get("timeout")) for each in mount.iter("op")}
    assert operations.keys() == {"start", "stop", "monitor"}
    assert all(advised[name] == numbers for name, numbers in operations.items())
