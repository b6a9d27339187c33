"""The way of a running Corosync from any configuration to any other: every hop is one that it can go."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hakit import render
from hakit.apply.look import look
from hakit.model import PROFILES, Cluster
from hakit.plan.changes import compare, conf, pings
from hakit.plan.changes.compare import Takes
from hakit.plan.changes.conf import Conf
from hakit.plan.changes.course import course
from hakit.plan.changes.obstacles import LeaverOutOfReach, NotAllThere, QuorumWouldGo, RingIsDown, obstacles
from tests.sample_clusters import cluster, clusters
from tests.unit.plan import running


def meant(wanted: Cluster) -> Conf:
    return conf.parse(render.corosync_conf(wanted))


def moved(wanted: Cluster, ring: int, node: str, address: str) -> Cluster:
    """Give a node another address in a ring."""
    nodes = tuple(
        replace(each, addresses=tuple(ip_address(address) if n == ring else a for n, a in enumerate(each.addresses)))
        if each.name == node
        else each
        for each in wanted.nodes
    )
    return replace(wanted, nodes=nodes)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Conf, Conf]:
    one, other = draw(clusters()), draw(clusters())
    for node in draw(st.lists(st.sampled_from(other.nodes), unique=True, max_size=2)):
        ring = draw(st.integers(0, len(other.rings) - 1))
        other = moved(other, ring, node.name, f"172.16.{240 + ring}.{node.id}")
    return meant(one), meant(other)


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_every_hop_is_one_that_corosync_can_go(pair: tuple[Conf, Conf]) -> None:
    now, goal = pair
    hops = course(now, goal)
    assert (hops == ()) == (compare.compare(now, goal) == ())
    for hop in hops:
        if hop.takes is not Takes.STOP:
            assert not compare.changed_rings(now, hop.conf), "no address changes on a live ring"
            assert now.rings & hop.conf.rings, "a ring carries the cluster through it"
            assert all(change.takes is Takes.RELOAD for change in compare.compare(now, hop.conf))
            assert len(set(now.nodes) ^ set(hop.conf.nodes)) <= 1, "one node at a time"
            assert len(hop.conf.nodes) >= 2
            assert 0.66 <= hop.conf.token / now.token <= 1.5, "pings of before are in time for the timeout of after"
        now = hop.conf
    assert compare.compare(now, goal) == ()


def test_a_ring_s_address_changes_around_the_other_ring() -> None:
    hops = course(meant(cluster()), meant(moved(cluster(), 1, "qsp-b", "172.16.233.99")))
    assert [(hop.title, hop.takes, hop.rings) for hop in hops] == [
        ("take ring 1 out", Takes.RELOAD, frozenset({0})),
        ("put ring 1 in", Takes.RELOAD, frozenset()),
    ]


def test_the_only_ring_s_address_takes_a_stop() -> None:
    (hop,) = course(meant(cluster(rings=1)), meant(moved(cluster(rings=1), 0, "qsp-b", "192.168.233.99")))
    assert hop.takes is Takes.STOP


def test_a_pair_of_which_one_is_replaced_takes_the_new_one_first() -> None:
    three = cluster(nodes=3)
    other = replace(three, nodes=(three.nodes[0], three.nodes[2]))
    assert [(hop.joins, hop.leaves) for hop in course(meant(cluster()), meant(other))][:2] == [
        ("qsp-c", ""),
        ("", "qsp-b"),
    ]


def found(now: Cluster, goal: Cluster, *, away: str = "") -> list[object]:
    whole = running.seen(now)
    if away:
        whole = running.member(whole, away, online=False)
    return list(obstacles(whole, meant(now), course(meant(now), meant(goal))))


def test_a_healthy_cluster_has_no_obstacles() -> None:
    assert found(cluster(nodes=3), cluster(nodes=5)) == []
    assert found(cluster(), replace(cluster(), timing=PROFILES["fast"])) == []


def test_taking_a_node_in_must_not_cost_quorum() -> None:
    (first, *_) = found(cluster(nodes=3), cluster(nodes=5), away="qsp-c")
    assert first == QuorumWouldGo(step="take qsp-d in", online=2, votes=4)


def test_a_member_that_is_brought_up_first_counts() -> None:
    hosts = running.hosts(cluster(nodes=3))
    hosts.stop("qsp-c")
    whole = look(cluster(nodes=3), hosts)
    goal = meant(cluster(nodes=5))
    assert list(obstacles(whole, meant(cluster(nodes=3)), course(meant(cluster(nodes=3)), goal))) == []


def test_a_leaver_that_runs_must_be_reached() -> None:
    assert LeaverOutOfReach(node="qsp-c") in found(cluster(nodes=3), cluster())


def test_a_stop_needs_all_nodes() -> None:
    other = replace(cluster(), nodes=(cluster().nodes[0], replace(cluster().nodes[1], id=7)))
    (only,) = [each for each in found(cluster(), other, away="qsp-b") if isinstance(each, NotAllThere)]
    assert only.nodes == ("qsp-b",)


@pytest.mark.parametrize("ring", [0, 1])
def test_the_ring_that_is_left_must_be_up(ring: int) -> None:
    now, goal = cluster(), moved(cluster(), 1 - ring, "qsp-b", "10.1.1.1")
    whole = running.seen(now)
    for name, facts in whole.nodes.items():
        links = tuple(replace(link, connected=False) if link.ring == ring else link for link in facts.links)
        whole = running.node(whole, name, links=links)
    seen = [
        each for each in obstacles(whole, meant(now), course(meant(now), meant(goal))) if isinstance(each, RingIsDown)
    ]
    assert {(each.ring, each.node) for each in seen} == {(ring, "qsp-a"), (ring, "qsp-b")}


@pytest.mark.parametrize(
    ("old", "new", "between"),
    [
        (3000, 1000, [2000, 1334]),
        (1000, 3000, [1500, 2250]),
        (1000, 1500, []),
        (10000, 1000, [6667, 4445, 2964, 1976, 1318]),
    ],
)
def test_the_token_changes_in_steps(old: int, new: int, between: list[int]) -> None:
    now = meant(cluster())
    hops = course(timed(now, old), timed(now, new))
    assert [hop.conf.token for hop in hops] == [*between, new]
    assert all(hop.takes is Takes.RELOAD for hop in hops)
    assert [hop.conf.links[1]["knet_ping_timeout"] for hop in hops] == [str(hop.conf.token // 2) for hop in hops]


def timed(what: Conf, token: int) -> Conf:
    return pings.with_token(what, what, token)


def left_to_corosync(what: Conf, token: int) -> Conf:
    """Give what says nothing of pings, as hakit itself wrote it before decision 108."""
    links = {
        n: {k: v for k, v in link.items() if k in {"mcastport", "knet_link_priority"}} for n, link in what.links.items()
    }
    return replace(what.with_token(token), links=links)


def said(what: Conf, interval: int, timeout: int) -> Conf:
    more = {"knet_ping_interval": str(interval), "knet_ping_timeout": str(timeout)}
    return replace(what, links={number: {**link, **more} for number, link in what.links.items()})


def test_pings_that_were_left_to_corosync_are_said_in_one_step_with_two_nodes() -> None:
    goal = timed(meant(cluster()), 2000)
    (hop,) = course(left_to_corosync(goal, 3000), goal)
    assert (hop.title, hop.takes) == (
        "change totem.token, knet_ping_interval, knet_ping_timeout, knet_pong_count", Takes.RELOAD,
    )  # fmt: skip


def test_with_more_nodes_corosync_waits_longer_between_pings_so_they_come_sooner_first() -> None:
    goal = timed(meant(cluster(nodes=5)), 2000)
    first, _ = course(left_to_corosync(goal, 3000), goal)
    assert first.title == "ping the links sooner first"
    assert {(link["knet_ping_interval"], link["knet_ping_timeout"]) for link in first.conf.links.values()} == {
        ("200", "2475")  # half of 3000 + 3 * 650
    }


@pytest.mark.parametrize(("interval", "timeout"), [(5000, 20000), (100, 150), (900, 1000), (200, 1000)])
def test_no_answer_is_late_on_the_way_from_pings_that_somebody_chose(interval: int, timeout: int) -> None:
    goal = meant(cluster())
    here = said(goal, interval, timeout)
    for hop in course(here, goal):
        for ring in (0, 1):
            before, after = here.links[ring], hop.conf.links[ring]
            assert int(before["knet_ping_interval"]) < int(after["knet_ping_timeout"])
            assert int(after["knet_ping_interval"]) < int(before["knet_ping_timeout"])
        here = hop.conf
    assert compare.compare(here, goal) == ()
