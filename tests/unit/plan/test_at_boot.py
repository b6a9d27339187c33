"""What makes the cluster at a node's boot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.model import Quorum, QuorumDevice
from hakit.observe.host.units import Unit
from hakit.plan.bootstrap import starting
from hakit.plan.bootstrap.quorum import UNIT
from hakit.plan.seen import STACK, Seen
from tests.unit.plan import running


def devised(state: str) -> Seen:
    """See a running cluster with a quorum device, whose client's unit is in that state on qsp-a."""
    whole = running.seen()
    host = whole.hosts["qsp-a"]
    host = replace(host, units={**host.units, UNIT: Unit(UNIT, UNIT, active="active", file_state=state)})
    made = replace(whole.cluster, quorum=Quorum(QuorumDevice("qnetd")))
    return replace(whole, cluster=made, hosts={**whole.hosts, "qsp-a": host})


@pytest.mark.parametrize("wish", [True, False])
@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_the_quorum_device_s_client_starts_with_the_cluster_or_not(state: str, wish: bool) -> None:  # noqa: FBT001
    seen = devised(state)
    assert starting.units(seen.cluster) == (*STACK, UNIT)
    # Corosync and Pacemaker are enabled there.
    assert starting.boots_otherwise(seen, "qsp-a", wish=wish) == (not wish or state == "disabled")


def test_without_a_device_its_client_is_not_asked_for() -> None:
    seen = running.seen()
    assert starting.units(seen.cluster) == STACK
    assert not starting.boots_otherwise(seen, "qsp-a", wish=True)
