"""Labs of real nodes, one release after the other, and what looks at them from outside.

With `--ssh-config FILE` (testinfra's option) the tests are given hosts that are there already, in place of a lab: bare
ones, which `--spec FILE` describes. The first of HAKIT_TEST_RELEASES is said to be theirs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import testinfra
from testinfra.host import Host as TestinfraHost

from hakit.core import Command, Event
from hakit.core.event import Note, StepDone
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.run import machine
from tests.cluster.given import Given
from tests.sweeping import sweep

ORIGIN = f"http://{layout.client().addresses[0]}:{layout.ORIGIN_PORT}"


def releases() -> list[Release]:
    """Return what HAKIT_TEST_RELEASES names (separated by blanks), or stable and the one before; others: test_matrix."""
    said = os.environ.get("HAKIT_TEST_RELEASES", "").replace(",", " ").split()
    return [Release(name) for name in said] or [Release.BOOKWORM, Release.TRIXIE]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip on the second release what is marked with first_release, unless all is to be run; all, if hosts are given."""
    first = releases()[0]
    given = config.getoption("ssh_config")
    for item in items:
        release = getattr(item, "callspec", None) and item.callspec.params.get("lab")  # type: ignore[attr-defined]
        if release not in {None, first} and given:
            item.add_marker(pytest.mark.skip(reason=f"the hosts of {given} are taken for {first}"))
        elif (
            release not in {None, first} and item.get_closest_marker("first_release") and not config.getoption("--all")
        ):
            item.add_marker(pytest.mark.skip(reason=f"on {release} it is left to `make test-all` (--all)"))


class Teller:
    """Prints the lab's steps, so that a failing test shows how its lab came up."""

    def hear(self, event: Event) -> None:
        match event:
            case StepDone():
                sys.stderr.write(f"lab: {event.title} {event.host}: {event.ok}, {event.seconds:.1f} s\n")
            case Note():
                sys.stderr.write(f"lab: {event.text}\n")
            case _:
                pass


@dataclass(frozen=True)
class Page:
    """What came of a fetch; code 0 stands for no HTTP answer at all. `via` names the proxy."""

    code: int
    body: str
    via: str
    seconds: float


class Client:
    """An HTTP client in the lab's client network."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def fetch(self, path: str, *, proxy: str = f"{layout.VIP}:3128") -> Page:
        """Fetch a page of the origin server through a proxy ("" for none), by default the one behind the VIP."""
        program = Path(__file__).with_name("fetch.py").read_text()
        argv = self._lab.client_argv(("python3", "-I", "-S", "-", f"{ORIGIN}{path}", proxy))
        said = json.loads(machine.must(Command(argv, stdin=program)).stdout)
        return Page(said["code"], said["body"], said["headers"].get("Via", ""), said["seconds"])


def test_lab_name(what: str) -> str:
    """Name a lab of this test run; the number says whose it is."""
    return f"test-{what}-{os.getpid()}"


test_lab_name.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session", params=releases(), ids=str)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab of two bare nodes of each release in turn; what a module did to them the next one finds."""
    if given := request.config.getoption("ssh_config"):
        yield Given(Path(given), request.config.getoption("spec"), request.param)  # type: ignore[misc]
        return
    sweep()
    name = test_lab_name(request.param)
    try:
        yield Lab.up(name, Teller(), release=request.param)
    finally:
        Lab.down(name)


@pytest.fixture(scope="module")
def fresh_lab(lab: Lab) -> Lab:
    """The lab with its nodes as newly installed, for a module's tests."""
    lab.reset(Teller())
    return lab


@pytest.fixture
def client(lab: Lab) -> Client:
    """An HTTP client beside the nodes."""
    return Client(lab)


@pytest.fixture(scope="session")
def hosts(lab: Lab) -> dict[str, TestinfraHost]:
    """The nodes as testinfra sees them, over ssh."""
    return {
        node.name: testinfra.get_host(f"ssh://{node.name}?ssh_config={lab.ssh_config}&controlpersist=10")
        for node in lab.nodes
    }
