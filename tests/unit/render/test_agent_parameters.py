"""What hakit tells its agent is what the agent's own metadata and its own readers take."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from hypothesis import given, settings
from lxml import etree

from hakit import spec
from hakit.model import SIGNALS, Agent, Cluster, quickservice
from hakit.render import cib
from hakit.spec.checking import check_source
from hakit.spec.schema.service import ServicePart
from hakit.spec.source import parse
from tests.sample_clusters import clusters

ROOT = Path(__file__).parents[3]
AGENT = ROOT / "agents/quickservice"
CASES = sorted((ROOT / "tests/cases/render").iterdir())


def _loaded() -> ModuleType:
    loader = SourceFileLoader("quickservice_as_it_is", str(AGENT))
    found = spec_from_loader(loader.name, loader)
    assert found is not None
    module = module_from_spec(found)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


MODULE = _loaded()


@pytest.fixture(scope="module")
def metadata() -> etree._Element:
    argv = (sys.executable, "-I", "-S", str(AGENT), "meta-data")
    return etree.fromstring(subprocess.run(argv, capture_output=True, check=True).stdout)


def told(cluster: Cluster) -> list[dict[str, str]]:
    """Return the parameters of each of our agent's primitives in the CIB."""
    primitives = etree.fromstring(cib(cluster)).xpath("//primitive[@provider='hakit' and @type='quickservice']")
    assert isinstance(primitives, list)
    return [
        {pair.get("name", ""): pair.get("value", "") for pair in primitive.iterfind("instance_attributes/nvpair")}
        for primitive in primitives
        if isinstance(primitive, etree._Element)  # noqa: SLF001 - the only name that its type has
    ]


def refused(parameters: dict[str, str]) -> str:
    """Say what the agent finds wrong with them, by its own check."""
    env = {f"OCF_RESKEY_{name}": text for name, text in parameters.items()}
    try:
        MODULE.Request("validate-all", env).check_settings()
    except MODULE.Refusal as refusal:
        return str(refusal.reason)
    return ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_parameter_of_a_case_is_one_of_the_agent_s(case: Path, metadata: etree._Element) -> None:
    known = {each.get("name") for each in metadata.iter("parameter")}
    required = {each.get("name") for each in metadata.iter("parameter") if each.get("required") == "1"}
    for parameters in told(spec.read(case / "spec.yaml")):
        assert required <= parameters.keys() <= known
        assert refused(parameters) == ""


def test_the_cases_say_every_parameter_that_a_spec_can() -> None:
    said = {name for case in CASES for parameters in told(spec.read(case / "spec.yaml")) for name in parameters}
    # These are for other tools than a spec: it says timing.unit_interval, and hakit needs no way out of the watch.
    assert said == set(MODULE.PARAMETERS) - {"start_window", "hung_escalation", "watch", "unit_file_shared"}


def test_what_hakit_reckons_with_is_the_agent_s_default() -> None:
    known = MODULE.PARAMETERS["hung_escalation"]
    assert known.read(known.default) == quickservice.HUNG_ESCALATION
    assert MODULE.SIGNALS == SIGNALS == get_args(ServicePart.model_fields["stop_signal"].annotation)


@settings(max_examples=60, deadline=None)
@given(clusters())
def test_the_agent_understands_whatever_a_model_can_say(any_cluster: Cluster) -> None:
    quick = [service for service in any_cluster.services if service.agent is Agent.QUICKSERVICE]
    said = told(any_cluster)
    assert said == [quickservice.parameters(service, any_cluster.timing) for service in quick]
    assert [reason for parameters in said if (reason := refused(parameters))] == []


@pytest.mark.parametrize("case", ["quickservice", "quickservice-probes"])
def test_operations_are_those_of_the_metadata_and_leave_time_to_watch(case: str, metadata: etree._Element) -> None:
    advised = {each.get("name"): each for each in metadata.iter("action")}
    root = etree.fromstring(cib(spec.read(ROOT / "tests/cases/render" / case / "spec.yaml")))
    operations = root.xpath("//primitive[@type='quickservice']//op")
    assert isinstance(operations, list)
    for operation in operations:
        assert isinstance(operation, etree._Element)  # noqa: SLF001 - as above
        name = operation.get("name")
        assert name in advised
        if name == "monitor":
            assert operation.get("interval") == advised[name].get("interval") == "2s"
    simple = etree.fromstring(cib(spec.read(ROOT / "tests/cases/render/quickservice/spec.yaml")))
    for name in ("start", "stop", "monitor", "reload-agent"):
        (timeout,) = simple.xpath(f"//primitive[@type='quickservice']//op[@name='{name}']/@timeout")  # type: ignore[misc]
        assert timeout == advised[name].get("timeout"), "without a word in the spec it is what the agent advises"


@pytest.mark.parametrize("case", ["probe-questions", "times-within-operations"])
def test_what_the_spec_takes_as_a_question_the_agent_takes(case: str) -> None:
    """The fine lines of a faults case, alone."""
    folder = ROOT / "tests/cases/faults" / case
    bad = {line.split()[2].split(".")[1] for line in (folder / "faults.txt").read_text().splitlines()}
    lines = (folder / "spec.yaml").read_text().splitlines(keepends=True)
    if case == "probe-questions":
        lines = [line for line in lines if line.strip().partition(":")[0] not in bad]
    else:
        start = next(number for number, line in enumerate(lines) if line.startswith("  short:"))
        lines = lines[: lines.index("services:\n") + 1] + lines[start:]
    cluster, faults = check_source(parse("".join(lines), case))
    assert [fault.line() for fault in faults] == []
    assert cluster is not None
    assert [reason for parameters in told(cluster) if (reason := refused(parameters))] == []
