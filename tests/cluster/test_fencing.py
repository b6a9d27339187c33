"""Fencing by the stock fence_ipmilan over IPMI: who survives a cut, what a dead switch means, a fencing by hand."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from hakit.core import Command, SystemClock
from hakit.lab import layout, processes
from hakit.lab.keep import keeper
from hakit.lab.lab import Lab, Safety
from hakit.lab.recipe import Release
from hakit.run import machine
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client, Teller, test_lab_name

NODES = ("qsp-a", "qsp-b")
PATIENCE = 240.0  # seconds; what is waited for comes in a tenth of that on a quiet machine


LABS = (
    pytest.param((Release.BOOKWORM, "pcs"), id="bookworm-pcs"),
    pytest.param((Release.TRIXIE, "crm"), id="trixie-crm", marks=pytest.mark.only_all("fencing on trixie with crm")),
)


@pytest.fixture(scope="module", params=LABS)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab whose nodes have power switches, and on it a cluster."""
    release, tool = request.param
    name = test_lab_name(f"fenced-{tool}")
    try:
        made = Lab.up(name, Teller(), release=release, safety=Safety(fencing=True))
        Hakit(made).must("bootstrap", "--yes", "--tool", tool, str(made.spec))
        yield made
    finally:
        Lab.down(name)


@pytest.fixture
def hakit(lab: Lab) -> Hakit:
    """The command, on a cluster in which all is well."""
    return Hakit(lab)


class Audit:
    """Looks at the nodes from below: who holds the virtual address, who has power. Two holders at once are a failure."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def holders(self) -> list[str]:
        """Name who holds the address now, in the kernel's own word."""
        found = [name for name in NODES if self.holds(name)]
        assert len(found) <= 1, f"the address is on {found}"
        return found

    def until(self, good: Callable[[], bool], what: str) -> None:
        """Wait, and audit meanwhile."""
        start = time.monotonic()
        while not good():
            self.holders()
            assert time.monotonic() - start < PATIENCE, f"not within {PATIENCE:.0f} s: {what}"
            SystemClock().sleep(0.3)

    def fenced(self, name: str) -> int:
        """Count how often the node's switch took its power away."""
        log = self._lab.layout.log(f"bmc.{name}")
        return sum(line.endswith(f"{name} off") for line in log.read_text().splitlines())

    def holds(self, name: str) -> bool:
        """Say whether the node has power and holds the address."""
        if self._lab.leader(name) is None:
            return False
        argv = ("ip", "-netns", self._lab.layout.unit(name), "-brief", "address")
        return f" {layout.VIP}/" in machine.run(Command(argv)).stdout


def place(hakit: Hakit) -> str:
    """Name the node that runs squid."""
    told = json.loads(hakit("status", "--json", hakit.spec).out)
    (service,) = told["services"]
    return str(service["node"])


def online(hakit: Hakit) -> bool:
    told = json.loads(hakit("status", "--json", hakit.spec).out or "{}")
    return [each["online"] for each in told.get("nodes", ())] == [True, True]


def well(hakit: Hakit) -> bool:
    return hakit("status", hakit.spec).code == 0


def test_both_rings_cut_leave_the_node_with_the_service(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    before = audit.fenced(other), audit.fenced(serving)
    for ring in (0, 1):
        lab.cut(serving, ring)
    audit.until(lambda: audit.fenced(other) > before[0], f"{other} is fenced")
    assert audit.holders() == [serving]
    for ring in (0, 1):
        lab.heal(serving, ring)
    audit.until(lambda: well(hakit), "both nodes take part again")
    assert audit.holders() == [serving]
    assert audit.fenced(serving) == before[1], "the node with the service lost its power"


def test_a_node_without_power_needs_nobody_to_switch_it_off(lab: Lab, hakit: Hakit) -> None:
    assert hakit("plan", hakit.spec).code == 0, "bootstrap left nothing to do"
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    before = audit.fenced(serving)
    lab.power_off(serving)
    audit.until(lambda: audit.holders() == [other], f"{other} serves")
    assert audit.fenced(serving) == before
    audit.until(lambda: well(hakit), f"{serving} was switched on again and takes part")
    assert audit.holders() == [other]
    latest = json.loads(hakit.must("fence", "history", "--json", "--spec", hakit.spec).out)[0]
    assert (latest["node"], latest["status"]) == (serving, "success")


def test_fencing_a_healthy_node_by_hand(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    before = audit.fenced(other)
    only_asked = hakit("fence", "test", other, "--spec", hakit.spec, stdin="n\n")
    assert f"ipmi-{other}: the node is on" in only_asked.err
    assert audit.fenced(other) == before
    told = json.loads(hakit.must("fence", "test", other, "--yes", "--json", "--spec", hakit.spec).out)
    assert told["fenced"] and told["asked_by"] == serving and told["moved"] == []
    assert audit.fenced(other) == before + 1
    latest = json.loads(hakit.must("fence", "history", "--json", "--spec", hakit.spec).out)[0]
    assert (latest["node"], latest["status"]) == (other, "success")


def test_a_node_lost_with_its_switch_is_taken_over_only_when_a_person_says_so(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    assert hakit("fence", "confirm", serving, "--yes", "--spec", hakit.spec).code == 4, "it takes part"
    lab.switch_off(serving)
    lab.power_off(serving)
    audit.until(lambda: "HK319" in hakit("status", "--json", hakit.spec).out, "status says that it waits")
    until = time.monotonic() + 15
    while time.monotonic() < until:
        assert audit.holders() == [], f"{other} took over"
        SystemClock().sleep(0.5)
    hakit.must("fence", "confirm", serving, "--yes", "--spec", hakit.spec)
    assert audit.holders() == [other]
    assert Client(lab).fetch("/numbered/7").body == "7\n"
    lab.switch_on(serving)
    lab.power_on(serving)
    audit.until(lambda: online(hakit), "both nodes take part again")
    hakit("cleanup", "--spec", hakit.spec)  # of the device that was dead; so that the next test finds all well
    audit.until(lambda: well(hakit), "the device works again")
    assert audit.holders() == [other]


def test_a_node_that_hears_of_its_own_fencing_resets_itself(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    boot, before = lab.leader(serving), audit.fenced(serving)
    # As a person who confirms the wrong node; `hakit fence confirm` refuses one that takes part.
    hakit.on(other, "stonith_admin", "--confirm", serving)
    audit.until(lambda: lab.leader(serving) not in {None, boot}, f"{serving} has booted")
    audit.until(lambda: well(hakit), "both nodes take part again")
    assert audit.fenced(serving) == before, "it was not its power switch"


@pytest.mark.only_all("20 races")
@pytest.mark.parametrize("turn", range(20))
def test_the_race_twenty_times(lab: Lab, hakit: Hakit, turn: int) -> None:
    if place(hakit) != NODES[turn % 2]:
        hakit.must("switchover", "squid", "--to", NODES[turn % 2], "--spec", hakit.spec)
    test_both_rings_cut_leave_the_node_with_the_service(lab, hakit)


@pytest.mark.only_all("a frozen node")
def test_a_frozen_node_is_fenced_and_never_serves_again_by_itself(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    before = audit.fenced(serving)
    for pid in processes.members(keeper().groups(lab.layout, serving)):
        os.kill(pid, signal.SIGSTOP)
    # A frozen node keeps its address in the kernel, so that the audit of holders would call it two; its power must go
    # before the other one takes over.
    start = time.monotonic()
    while not audit.fenced(serving) > before:
        assert not audit.holds(other), f"{other} took over from a node that has power"
        assert time.monotonic() - start < PATIENCE
        SystemClock().sleep(0.2)
    audit.until(lambda: audit.holders() == [other], f"{other} serves")
    audit.until(lambda: well(hakit), "both nodes take part again")
    assert audit.holders() == [other]
