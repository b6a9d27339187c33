"""A service that runs hot: on every node, with its address on one of those where it is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply.operating.reins import Means, Reins
from hakit.apply.operating.service import _restarts
from hakit.core import HakitError, Tape
from hakit.model import Agent, Run
from hakit.observe.crm_mon import ClusterState
from hakit.observe.simulate import Foretold, Operation
from hakit.plan.changes import effects
from hakit.plan.changes.effects import Effect
from hakit.plan.crm import Crm
from hakit.plan.health import services
from hakit.plan.operating import places
from hakit.plan.pcs import Pcs
from hakit.plan.seen import Seen
from hakit.plan.switchover import move
from tests.doubles.clock import FakeClock
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

HOT = replace(SQUID, run=Run.HOT, agent=Agent.QUICKSERVICE)
EVERYWHERE = ("qsp-a", "qsp-b", "qsp-c")


@pytest.fixture(scope="module")
def three() -> Seen:
    """Three nodes that all run squid; its address is on the first."""
    whole = running.resource(running.seen(cluster(nodes=3)), "squid-unit", nodes=EVERYWHERE)
    return replace(whole, cluster=cluster(HOT, nodes=3))


def told(whole: Seen) -> list[object]:
    return list(services.check(whole))


def at(whole: Seen) -> ClusterState:
    assert whole.state is not None
    return whole.state


def test_on_every_node_is_as_it_should_be(three: Seen) -> None:
    assert told(three) == []
    assert services.place(HOT, at(three)) == "qsp-a"


def test_on_every_host_too(three: Seen) -> None:
    hosts = {}
    for name, host in three.hosts.items():
        unit = replace(host.units["squid.service"], active="active")
        hosts[name] = replace(host, units={**host.units, "squid.service": unit})
    assert told(replace(three, hosts=hosts)) == []


def test_a_node_that_is_not_ready(three: Seen) -> None:
    missing = running.resource(three, "squid-unit", nodes=("qsp-a", "qsp-b"))
    assert told(missing) == [services.NotReady(service="squid", node="qsp-c")]
    ailing = running.resource(three, "squid-unit", failed=True, ailing=("qsp-b",))
    assert told(ailing) == [services.NotReady(service="squid", node="qsp-b")]
    assert services.place(HOT, at(ailing)) == "qsp-a"


@pytest.mark.parametrize("flags", [{"standby": True}, {"online": False}])
def test_a_node_that_takes_no_part_need_not_be(three: Seen, flags: dict[str, bool]) -> None:
    away = running.member(three, "qsp-c", **flags)
    assert told(running.resource(away, "squid-unit", nodes=("qsp-a", "qsp-b"))) == []


def test_an_address_without_a_well_unit_beside_it_serves_nobody(three: Seen) -> None:
    elsewhere = running.resource(three, "squid-unit", nodes=("qsp-b", "qsp-c"))
    assert services.place(HOT, at(elsewhere)) == ""
    how = "not well on qsp-a"
    assert told(elsewhere) == [services.NotServing(service="squid", resource="squid-unit", how=how)]
    nowhere = running.resource(three, "squid-unit", nodes=(), role="Stopped")
    how = "well on no node"
    assert told(nowhere) == [services.NotServing(service="squid", resource="squid-unit", how=how)]


def test_an_address_on_two_nodes_is_still_one_too_many(three: Seen) -> None:
    nodes = ("qsp-a", "qsp-b")
    assert told(running.resource(three, "squid-vip", nodes=nodes)) == [
        services.Twice(service="squid", resource="squid-vip", nodes=nodes)
    ]


def test_the_address_goes_only_where_the_unit_is_well(three: Seen) -> None:
    assert move(three, "squid", None).target == "qsp-b"
    ailing = running.resource(three, "squid-unit", ailing=("qsp-b",))
    assert move(ailing, "squid", None).target == "qsp-c"
    with pytest.raises(HakitError, match=r"squid\.service is not well on qsp-b"):
        move(ailing, "squid", "qsp-b")


def test_a_node_with_nothing_but_a_copy_of_the_unit_holds_no_service(three: Seen) -> None:
    assert places.active_on(three.cluster, at(three), "qsp-b") == ()
    assert places.active_on(three.cluster, at(three), "qsp-a") == ("squid",)


def test_a_restart_goes_from_node_to_node_and_ends_where_it_serves(three: Seen) -> None:
    means = Means(running.hosts(), FakeClock(), Tape())
    asked = [
        [action.argv for action in _restarts(Reins(three, at(three), "qsp-a", dialect, means), HOT, 60)]
        for dialect in (Pcs(), Crm())
    ]
    assert [argv[3:5] for argv in asked[0]] == [("squid-everywhere", node) for node in ("qsp-b", "qsp-c", "qsp-a")]
    assert asked[1][0] == (
        "crm_resource", "--restart", "--resource", "squid-everywhere", "--node", "qsp-b", "--timeout=60",
    )  # fmt: skip


def test_what_happens_to_copies_elsewhere_is_no_outage() -> None:
    both = {"squid-vip": ("qsp-a",), "squid-unit": ("qsp-a", "qsp-b")}
    one = Operation("squid-unit", "start", "qsp-b")
    (stays,) = effects.foresee((HOT,), cluster(HOT), Foretold((one,), both, both), {})
    assert stays.effect is Effect.STAYS
    after = {**both, "squid-vip": ("qsp-b",)}
    moved = (Operation("squid-vip", "stop", "qsp-a"), Operation("squid-vip", "start", "qsp-b"))
    (moves,) = effects.foresee((HOT,), cluster(HOT), Foretold(moved, both, after), {})
    assert (moves.effect, moves.source, moves.target) == (Effect.MOVES, "qsp-a", "qsp-b")
    assert moves.outage is not None
    assert moves.outage.least < 1
