"""A quorum device on a third host: when the nodes lose each other it chooses one side, which fences the other one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hakit.lab.lab import Lab, Safety
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client, Teller, test_lab_name
from tests.cluster.test_fencing import NODES, Audit, place, well

# What corosync says to the other node is dropped, and nothing else: both still reach the device, and clients both nodes.
CUT = """
table inet cut {
    chain in { type filter hook input priority 0; udp dport 5405 drop; }
    chain out { type filter hook output priority 0; udp dport 5405 drop; }
}
"""
# The device is out of reach as well.
ALONE = CUT.replace("udp dport 5405 drop; }\n}", "udp dport 5405 drop; tcp dport 5403 drop; }\n}")

pytestmark = pytest.mark.only_all("a third host with a quorum device")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab with power switches and a third host, and on it a cluster with both."""
    name = test_lab_name("qnetd")
    try:
        made = Lab.up(name, Teller(), safety=Safety(fencing=True, qnetd=True))
        Hakit(made).must("bootstrap", "--yes", str(made.spec))
        yield made
    finally:
        Lab.down(name)


@pytest.fixture
def hakit(lab: Lab) -> Hakit:
    """The command, on a cluster in which all is well."""
    return Hakit(lab)


def test_the_device_has_its_say(hakit: Hakit) -> None:
    told = json.loads(hakit.must("status", "--json", hakit.spec).out)
    assert told["healthy"]
    assert "the quorum device qnetd chooses" in hakit.must("status", hakit.spec).out


def test_it_has_its_say_after_a_boot_too(lab: Lab, hakit: Hakit) -> None:
    for name in NODES:
        assert hakit.on(name, "systemctl", "is-enabled", "corosync-qdevice.service") == "enabled"
    (other,) = set(NODES) - {place(hakit)}
    lab.power_off(other)
    lab.power_on(other)
    Audit(lab).until(lambda: well(hakit), f"{other} takes part again")
    assert "does not vote" not in hakit.must("status", hakit.spec).out


def test_of_two_sides_that_reach_it_one_goes_on(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    before = {name: audit.fenced(name) for name in NODES}
    hakit.on(serving, "sh", "-c", f"printf '%s' '{CUT}' | nft -f -")
    audit.until(lambda: {name: audit.fenced(name) for name in NODES} != before, "one of them is fenced")
    (fenced,) = (name for name in NODES if audit.fenced(name) > before[name])
    (left,) = set(NODES) - {fenced}
    audit.until(lambda: audit.holders() == [left], f"{left} serves")
    if fenced != serving:
        hakit.on(serving, "nft", "delete", "table", "inet", "cut")
    audit.until(lambda: well(hakit), "both nodes take part again")
    assert {name: audit.fenced(name) for name in NODES} == {**before, fenced: before[fenced] + 1}, (
        "exactly one was fenced"
    )
    assert Client(lab).fetch("/numbered/7").body == "7\n"


def test_the_side_that_reaches_it_goes_on(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    before = {name: audit.fenced(name) for name in NODES}
    assert ALONE != CUT
    hakit.on(serving, "sh", "-c", f"printf '%s' '{ALONE}' | nft -f -")
    audit.until(lambda: audit.fenced(serving) > before[serving], f"{serving} is fenced")
    audit.until(lambda: audit.holders() == [other], f"{other} serves")
    assert audit.fenced(other) == before[other], "the side without the device fenced"
    audit.until(lambda: Client(lab).fetch("/numbered/8").body == "8\n", f"clients are served from {other}")
    audit.until(lambda: well(hakit), "both nodes take part again")
    assert audit.holders() == [other]


def test_a_device_that_is_taken_out_leaves_nothing_at_boot(lab: Lab, hakit: Hakit) -> None:
    audit, serving = Audit(lab), place(hakit)
    (other,) = set(NODES) - {serving}
    without = lab.spec.with_name("without-device.yaml")
    without.write_text("".join(_without_quorum(lab.spec.read_text())))
    planned = hakit("plan", str(without))
    assert planned.code == 1
    assert "corosync-qdevice, and let it start no more" in planned.out
    hakit.must("apply", "--yes", str(without))
    for name in NODES:
        assert hakit.on(name, "systemctl", "is-enabled", "corosync-qdevice.service") == "disabled"
        assert hakit.on(name, "systemctl", "is-active", "corosync-qdevice.service") == "inactive"
    assert audit.holders() == [serving], "the service runs on while the cluster stops"
    assert hakit("plan", str(without)).code == 0
    lab.power_off(other)
    lab.power_on(other)
    audit.until(lambda: hakit("status", str(without)).code == 0, f"{other} takes part again")
    assert hakit.on(other, "systemctl", "list-units", "--failed", "--plain", "--no-legend", "corosync*") == ""
    hakit.must("apply", "--yes", hakit.spec)
    assert "the quorum device qnetd chooses" in hakit.must("status", hakit.spec).out


def _without_quorum(text: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines(keepends=True):
        inside = line.startswith("quorum:") or (inside and line[0] in " #")
        if not inside:
            yield line
