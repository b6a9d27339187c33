"""A node on which nothing runs for a while, and nobody who could switch it off: one holder of the address at every moment."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hakit.core import Command, SystemClock
from hakit.core.clock import wait_until
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.run import machine
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client

pytestmark = [pytest.mark.first_release, pytest.mark.only_all("a frozen node without fencing")]

# Seconds: token and consensus, a start that is refused, and as long again.
FROZEN = 25.0
PATIENCE = 240.0


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab) -> Iterator[Hakit]:
    """A cluster whose address is in the hands of hakit's agent, which asks before it takes it."""
    spec = fresh_lab.layout.folder / "frozen.yaml"
    spec.write_text(fresh_lab.spec.read_text() + "    agent: quickservice\n    probe: { tcp: 3128 }\n")
    hakit = Hakit(fresh_lab)
    hakit.must("bootstrap", "--yes", str(spec))
    yield hakit
    hakit.must("destroy", "--yes", str(spec))


def codes(hakit: Hakit, spec: str) -> set[str]:
    return {str(each["code"]) for each in json.loads(hakit("status", "--json", spec).out)["findings"]}


def holds(lab: Lab, node: str) -> bool:
    """Say whether the node's kernel has the address, which also a frozen one's tells."""
    argv = ("ip", "-netns", lab.layout.unit(node), "-brief", "address")
    return f" {layout.VIP}/" in machine.must(Command(argv)).stdout


def test_nobody_takes_over_from_a_node_that_hangs_and_it_goes_on_when_it_wakes(fresh_lab: Lab, hakit: Hakit) -> None:
    spec = str(fresh_lab.layout.folder / "frozen.yaml")

    def place() -> str:
        return str(json.loads(hakit("status", "--json", spec).out)["services"][0]["node"])

    serving = place()
    (other,) = {"qsp-a", "qsp-b"} - {serving}
    fresh_lab.freeze(serving)
    clock = SystemClock()
    until = clock.now() + FROZEN
    lost = False
    while clock.now() < until:
        assert not holds(fresh_lab, other), f"{other} has taken the address of a node whose kernel still answers for it"
        lost = lost or f"OFFLINE: [ {serving} ]" in hakit.on(other, "crm_mon", "--one-shot")
        clock.sleep(0.2)
    assert lost, "the other one counted it as lost meanwhile, so it had reason to take over"
    assert Client(fresh_lab).fetch("/numbered/1").code == 0
    fresh_lab.thaw(serving)
    until = clock.now() + PATIENCE
    while not (place() == serving and Client(fresh_lab).fetch("/numbered/2").body == "2\n"):
        assert clock.now() < until, hakit("status", spec).out
        assert not holds(fresh_lab, other)
    hakit("cleanup", "--spec", spec)
    told = "nothing is told but that there is no fencing"
    wait_until(told, lambda: codes(hakit, spec), lambda seen: seen <= {"HK338", "HK350"}, clock=clock, timeout=60)
    assert place() == serving
