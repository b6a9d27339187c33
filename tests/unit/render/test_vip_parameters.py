"""What hakit tells its agent for addresses is what the agent's own metadata takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from lxml import etree

from hakit import spec
from hakit.model import AddressCheck, Cluster, VipAgent, vip
from hakit.render import cib
from tests.sample_clusters import clusters

ROOT = Path(__file__).parents[3]
CASE = ROOT / "tests/cases/render/vip-agents/spec.yaml"


@pytest.fixture(scope="module")
def metadata() -> etree._Element:
    argv = (str(ROOT / "agents/vip"), "meta-data")
    return etree.fromstring(subprocess.run(argv, capture_output=True, check=True).stdout)


@given(known=clusters())
def test_every_parameter_is_one_of_the_agent_s(known: Cluster, metadata: etree._Element) -> None:
    names = {each.get("name") for each in metadata.iter("parameter")}
    required = {each.get("name") for each in metadata.iter("parameter") if each.get("required") == "1"}
    ours = [service.vip for service in known.services if service.vip and service.vip.agent is VipAgent.OURS]
    assert all(required <= vip.parameters(each).keys() <= names for each in ours)


def test_what_is_left_out_is_the_agent_s_default(metadata: etree._Element) -> None:
    (default,) = metadata.xpath("//parameter[@name='check']/content/@default")  # type: ignore[misc]
    assert default == AddressCheck.LOST


def test_operations_are_those_that_the_metadata_advises(metadata: etree._Element) -> None:
    root = etree.fromstring(cib(spec.read(CASE)))
    advised = {each.get("name"): (each.get("interval", "0s"), each.get("timeout")) for each in metadata.iter("action")}
    operations = root.xpath("//primitive[@type='vip']//op")
    assert isinstance(operations, list)
    assert {each.get("name") for each in operations} == {"start", "stop", "monitor", "reload-agent"}  # type: ignore[union-attr]
    for each in operations:
        assert isinstance(each, etree._Element)  # noqa: SLF001 - the only name that its type has
        assert (each.get("interval"), each.get("timeout")) == advised[each.get("name")]


def test_a_refused_start_is_forgotten_soon_but_not_within_the_operation() -> None:
    root = etree.fromstring(cib(spec.read(CASE)))
    (forgotten,) = root.xpath("//primitive[@type='vip']//nvpair[@name='failure-timeout']/@value")  # type: ignore[misc]
    timeouts = root.xpath("//primitive[@type='vip']//op/@timeout")
    assert isinstance(timeouts, list)
    assert int(str(forgotten).rstrip("s")) > max(int(str(each).rstrip("s")) for each in timeouts)
