"""What makes the cluster at a node's boot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply.bootstrap import bootstrap
from hakit.core import Tape
from hakit.core.event import StepStarted
from hakit.model import Quorum, QuorumDevice
from hakit.observe import record
from hakit.observe.host.units import DEVICE, Unit
from hakit.observe.record import UnitBefore
from hakit.plan.bootstrap import starting
from hakit.plan.seen import STACK, Seen
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.sample_clusters import cluster
from tests.unit.plan import running


def devised(state: str) -> Seen:
    """See a running cluster with a quorum device, whose client's unit is in that state on qsp-a."""
    whole = running.seen()
    host = whole.hosts["qsp-a"]
    host = replace(host, units={**host.units, DEVICE: Unit(DEVICE, DEVICE, active="active", file_state=state)})
    made = replace(whole.cluster, quorum=Quorum(QuorumDevice("qnetd")))
    return replace(whole, cluster=made, hosts={**whole.hosts, "qsp-a": host})


@pytest.mark.parametrize("wish", [True, False])
@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_the_quorum_device_s_client_starts_with_the_cluster_or_not(state: str, wish: bool) -> None:  # noqa: FBT001
    seen = devised(state)
    assert starting.units(seen.cluster) == (*STACK, DEVICE)
    # Corosync and Pacemaker are enabled there.
    assert starting.boots_otherwise(seen, "qsp-a", wish=wish) == (not wish or state == "disabled")


def test_without_a_device_its_client_is_no_part_of_the_cluster() -> None:
    seen = running.seen()
    assert starting.units(seen.cluster) == STACK
    assert not starting.boots_otherwise(seen, "qsp-a", wish=True)


@pytest.mark.parametrize(
    ("client", "titles"),
    [
        (SimUnit("enabled", active=True), ["stop corosync-qdevice, and let it start no more"]),
        (SimUnit("enabled"), ["let corosync-qdevice start no more"]),
        (SimUnit("disabled", active=True), ["stop corosync-qdevice"]),
        (SimUnit("disabled"), []),
    ],
)
def test_the_client_of_a_device_that_is_gone_starts_no_more(client: SimUnit, titles: list[str]) -> None:
    wanted, hosts, tape = cluster(), running.hosts(), Tape()
    host = hosts.everyone[1]
    host.units[DEVICE] = client
    bootstrap(wanted, hosts, clock=FakeClock(), listener=tape, agree=lambda *_: True)
    told = [event.title for event in tape.events if isinstance(event, StepStarted) and event.host == host.name]
    assert [title for title in told if "qdevice" in title] == titles
    assert host.units[DEVICE] == SimUnit("disabled")
    # Nobody had noted yet how it stood.
    noted = record.parse(host.text(record.PATH)).units.get(DEVICE)
    assert noted == (UnitBefore(client.boot, client.active) if titles else None)
