"""Every release with either tool, on nodes that have only that one: from bare hosts through changes and back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.lab.rootfs import SuiteMissing
from hakit.plan.preflight.software import upstream
from tests import matrix
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client, Teller, test_lab_name
from tests.cluster.standing import how_it_stands
from tests.cluster.tools import NODES, only
from tests.matrix import TOOLS, Cell

# `make test` has these two: their labs boot fastest, and the other tests have pcs on bookworm and trixie.
ALWAYS = {("bullseye", "pcs"), ("bullseye", "crm")}
UNITS = ("corosync", "pacemaker", "squid", "nginx")
_UPSTREAM = ("dpkg-query", "--show", "--showformat", "${Package} ${Version}\n")


def cells() -> list[object]:
    """Give all cells, those side by side that share a lab."""
    return [
        pytest.param(
            Release(release),
            tool,
            id=f"{release}-{tool}",
            marks=() if (release, tool) in ALWAYS else pytest.mark.only_all(f"{release} × {tool}"),
        )
        for release in matrix.RELEASES
        for tool in TOOLS
    ]


@dataclass
class Run:
    """A run of a cell: its steps as they pass, kept with --record however it ends."""

    release: Release
    tool: str
    seconds: dict[str, float] = field(default_factory=dict)
    doing: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.doing, start = name, time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - start, 1)

    def cell(self, versions: dict[str, str], outcome: str) -> Cell:
        today = datetime.now(UTC).date().isoformat()
        return Cell(self.release.value, self.tool, today, outcome, versions, self.seconds)


_labs: dict[Release, Lab] = {}


@pytest.fixture(scope="module", autouse=True)
def no_lab_stays() -> Iterator[None]:
    yield
    for release in _labs:
        Lab.down(test_lab_name(f"m-{release}"))


def fresh(release: Release) -> Lab:
    """Give fresh nodes of the release. Raises SuiteMissing."""
    if release in _labs:
        _labs[release].reset(Teller())
    else:
        for other in tuple(_labs):
            Lab.down(test_lab_name(f"m-{other}"))
            del _labs[other]
        _labs[release] = Lab.up(test_lab_name(f"m-{release}"), Teller(), release=release)
    return _labs[release]


@pytest.mark.parametrize(("release", "tool"), cells())
def test_from_bare_hosts_and_back(release: Release, tool: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    run, versions, outcome = Run(release, tool), dict[str, str](), None
    try:
        lab = fresh(release)
        hakit = Hakit(lab)
        versions = prepared(hakit, tool)
        walk(run, hakit, Client(lab), grown(lab.spec, tmp_path))
        outcome = ""
    except SuiteMissing as missing:
        outcome = f"not to be had: {missing.message}"
        pytest.skip(outcome)
    except (Exception, pytest.fail.Exception):
        # A lab that does not come up says nothing about hakit in that cell.
        outcome = f"failed: {run.doing}" if run.doing else None
        raise
    finally:
        if outcome is not None and request.config.getoption("--record"):
            matrix.keep(run.cell(versions, outcome))


def prepared(hakit: Hakit, tool: str) -> dict[str, str]:
    """Remove the other tool from the nodes, and return the upstream versions of what is left."""
    only(hakit, tool)
    said = hakit.on("qsp-a", *_UPSTREAM, "pacemaker", "corosync", TOOLS[tool], "systemd", "python3").splitlines()
    return {name: upstream(version) for name, _, version in (line.partition(" ") for line in said)}


def grown(spec: Path, folder: Path) -> str:
    """Write the lab's spec with a second service; return the path."""
    yaml = YAML()
    content = yaml.load(spec.read_text())
    content["services"]["web"] = {"unit": "nginx.service", "vip": "192.168.233.201/24"}
    changed = folder / "grown.yaml"
    with changed.open("w") as file:
        yaml.dump(content, file)
    return str(changed)


def walk(run: Run, hakit: Hakit, client: Client, changed: str) -> None:
    before = {node: how_it_stands(hakit, node, UNITS) for node in NODES}
    with run.step("preflight"):
        hakit.must("preflight", hakit.spec)
    with run.step("bootstrap"):
        assert "verified" in hakit.must("bootstrap", "--yes", "--tool", run.tool, hakit.spec).err
    assert client.fetch("/ping").code == 200
    with run.step("again"):
        assert "nothing to do" in hakit.must("bootstrap", hakit.spec).err
    with run.step("change"):
        assert "verified" in hakit.must("bootstrap", "--yes", changed).err
    assert set(places(hakit, changed)) == {"squid", "web"}
    start = places(hakit, changed)["squid"]
    (other,) = (node for node in NODES if node != start)
    for step, target in (("there", other), ("back", start)):
        with run.step(step):
            hakit.must("switchover", "squid", "--to", target, "--spec", changed)
        page = client.fetch("/ping")
        assert (page.code, target in page.via) == (200, True)
        assert "cli-" not in hakit.on("qsp-a", "cibadmin", "--query", "--scope", "constraints")
    assert "nothing to do" in hakit.must("bootstrap", changed).err, "neither tool left anything behind"
    with run.step("destroy"):
        hakit.must("destroy", "--yes", changed)
    assert {node: how_it_stands(hakit, node, UNITS) for node in NODES} == before


def places(hakit: Hakit, spec: str) -> dict[str, str]:
    said = json.loads(hakit("status", "--json", spec).out)
    return {service["name"]: service["node"] for service in said["services"] if service["node"]}
