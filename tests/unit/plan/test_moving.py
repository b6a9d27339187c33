"""Where a service can go, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.core import HakitError
from hakit.observe.crm_mon import Ban, History
from hakit.plan.seen import Seen
from hakit.plan.switchover import Move, move
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running


@pytest.fixture(scope="module")
def three() -> Seen:
    """Three nodes; squid runs on the first."""
    return running.seen(cluster(nodes=3))


def refused(whole: Seen, target: str | None = None, service: str = "squid") -> str:
    with pytest.raises(HakitError) as caught:
        move(whole, service, target)
    return caught.value.message


def unit(whole: Seen, name: str, load: str) -> Seen:
    host = whole.hosts[name]
    changed = replace(host.units["squid.service"], load=load)
    return replace(whole, hosts={**whole.hosts, name: replace(host, units={**host.units, "squid.service": changed})})


def failures(whole: Seen, name: str, count: int) -> Seen:
    return running.state(whole, lambda old: replace(old, history=(History("squid-unit", name, count, ""),)))


def test_it_goes_where_it_is_told_or_to_the_next(three: Seen) -> None:
    assert move(three, "squid", "qsp-c") == Move("squid", "qsp-a", "qsp-c")
    assert move(three, "squid", None) == Move("squid", "qsp-a", "qsp-b")
    assert move(three, "squid", "qsp-a") == Move("squid", "qsp-a", "qsp-a")


def test_the_next_is_the_first_that_can_take_it(three: Seen) -> None:
    assert move(running.member(three, "qsp-b", standby=True), "squid", None).target == "qsp-c"


def test_unknown_names(three: Seen) -> None:
    assert "no service 'sqiud'" in refused(three, service="sqiud")
    assert "no node 'qsp-z'" in refused(three, "qsp-z")


def test_what_does_not_run_is_not_moved(three: Seen) -> None:
    whole = running.resource(three, "squid-unit", role="Stopped", nodes=())
    assert "does not run in one piece" in refused(whole)
    for name in three.nodes:
        three = running.node(three, name, state=None)
    assert refused(three) == "the cluster does not run"


@pytest.mark.parametrize("flag", ["standby", "maintenance"])
def test_a_node_at_rest_takes_nothing(three: Seen, flag: str) -> None:
    assert f"qsp-b is in {flag}" in refused(running.member(three, "qsp-b", **{flag: True}), "qsp-b")


def test_a_node_that_is_away_takes_nothing(three: Seen) -> None:
    assert "qsp-b is offline" in refused(running.member(three, "qsp-b", online=False), "qsp-b")


def test_maintenance_moves_nothing(three: Seen) -> None:
    assert "maintenance is on" in refused(running.state(three, lambda old: replace(old, maintenance=True)))


@pytest.mark.parametrize("load", ["masked", "not-found"])
def test_a_node_without_the_unit_can_not_take_it(three: Seen, load: str) -> None:
    assert f"squid.service on qsp-b is {load}" in refused(unit(three, "qsp-b", load), "qsp-b")
    assert move(unit(three, "qsp-b", load), "squid", None).target == "qsp-c"


@pytest.mark.parametrize(("count", "can"), [(2, True), (3, False), (1_000_000, False)])
def test_a_node_where_it_failed_too_often_can_not(three: Seen, count: int, *, can: bool) -> None:
    whole = failures(three, "qsp-b", count)
    if can:
        assert move(whole, "squid", "qsp-b").target == "qsp-b"
    else:
        assert "has failed there too often" in refused(whole, "qsp-b")


def test_failures_of_another_service_do_not_count(three: Seen) -> None:
    whole = running.state(three, lambda old: replace(old, history=(History("web-unit", "qsp-b", 9, ""),)))
    assert move(whole, "squid", "qsp-b").target == "qsp-b"


def test_when_nobody_can_take_it_every_reason_is_told(three: Seen) -> None:
    whole = running.member(running.member(three, "qsp-b", standby=True), "qsp-c", online=False)
    assert refused(whole) == "no other node can take squid: qsp-b is in standby; qsp-c is offline"


def test_a_service_without_a_vip_moves_too() -> None:
    whole = running.seen(cluster(replace(SQUID, vip=None)))
    assert move(whole, "squid", None).target == "qsp-b"


def banned(whole: Seen, resource: str, node: str, weight: int = -1_000_000) -> Seen:
    return running.state(whole, lambda old: replace(old, bans=(Ban("cli-ban-x", resource, node, weight),)))


@pytest.mark.parametrize("resource", ["squid", "squid-unit"])
def test_a_ban_keeps_it_away(three: Seen, resource: str) -> None:
    whole = banned(three, resource, "qsp-b")
    assert f"cli-ban-x bans {resource} from qsp-b" in refused(whole, "qsp-b")
    assert move(whole, "squid", None).target == "qsp-c"


def test_a_dislike_or_another_s_ban_does_not(three: Seen) -> None:
    assert move(banned(three, "squid", "qsp-b", -50), "squid", "qsp-b").target == "qsp-b"
    assert move(banned(three, "web", "qsp-b"), "squid", "qsp-b").target == "qsp-b"


def test_what_an_operator_stopped_is_not_moved(three: Seen) -> None:
    assert refused(running.resource(three, "squid-unit", target="Stopped")) == (
        "squid is out of service; nothing was moved"
    )
