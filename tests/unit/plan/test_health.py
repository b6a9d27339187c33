"""Every finding about a running cluster: there when it should be, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_interface

from hakit.core import Finding, Severity
from hakit.model import Device, DeviceFencing, Quorum, QuorumDevice
from hakit.observe.crm_mon import ClusterState, Failure, Fence, History, ResourceState
from hakit.observe.links import Link
from hakit.observe.pauses import Pause
from hakit.plan.health import decisions, fencing, nodes, quorum, report, rings, services, traces
from hakit.plan.seen import Seen
from tests.sample_clusters import cluster
from tests.unit.plan import running

BAN = '<rsc_location id="cli-ban-squid-on-qsp-a" rsc="squid" node="qsp-a" score="-INFINITY"/>'


def test_a_healthy_cluster_has_nothing_but_its_decisions() -> None:
    assert report.findings(running.seen()) == (decisions.FencingOff(reason="evaluation only", doubled=("squid",)),)


def test_a_single_ring_is_told() -> None:
    assert running.found(running.seen(cluster(rings=1))) == [rings.OneRing()]


def test_a_cluster_that_runs_nowhere() -> None:
    whole = running.seen()
    for name in whole.nodes:
        whole = running.node(whole, name, state=None)
    assert running.found(whole) == [nodes.NotRunning()]


def test_a_node_that_is_down_and_how() -> None:
    whole = running.seen(cluster(nodes=3))
    gone = running.member(whole, "qsp-c", online=False)
    assert running.found(gone) == [nodes.NodeDown(node="qsp-c", how="seen as offline by the others")]
    stopped = running.node(gone, "qsp-c", state=None)
    assert nodes.NodeDown(node="qsp-c", how="offline: the cluster doesn't run there") in running.found(stopped)
    unseen = replace(
        stopped,
        hosts={name: host for name, host in stopped.hosts.items() if name != "qsp-c"},
        nodes={name: facts for name, facts in stopped.nodes.items() if name != "qsp-c"},
    )
    assert nodes.NodeDown(node="qsp-c", how="offline and can't be reached") in running.found(unseen)
    unknown = running.state(
        whole, lambda old: replace(old, nodes=tuple(node for node in old.nodes if node.name != "qsp-c"))
    )
    assert nodes.NodeDown(node="qsp-c", how="not known to the cluster") in running.found(unknown)


def test_a_node_that_rests() -> None:
    whole = running.seen()
    assert running.found(running.member(whole, "qsp-b", standby=True)) == [
        nodes.NodeResting(node="qsp-b", mode="standby")
    ]
    assert running.found(running.member(whole, "qsp-b", maintenance=True)) == [
        nodes.NodeResting(node="qsp-b", mode="maintenance")
    ]


def test_no_quorum_and_maintenance() -> None:
    whole = running.seen()
    assert running.found(running.state(whole, lambda old: replace(old, quorate=False))) == [nodes.NoQuorum()]
    assert running.found(running.state(whole, lambda old: replace(old, maintenance=True))) == [nodes.Maintenance()]


def test_two_controllers_are_a_split() -> None:
    whole = running.seen()
    own = whole.nodes["qsp-b"].state
    assert own is not None
    split = running.node(whole, "qsp-b", state=replace(own, dc="qsp-b"))
    assert running.found(split) == [nodes.Split(sides=("qsp-a", "qsp-b"))]
    electing = running.node(whole, "qsp-b", state=replace(own, dc=""))
    assert nodes.Split not in {type(finding) for finding in running.found(electing)}


def test_a_ring_that_is_down_counts_once_whoever_says_it() -> None:
    whole = running.seen()
    for name in ("qsp-a", "qsp-b"):
        links = tuple(replace(link, connected=link.ring != 1) for link in whole.nodes[name].links)
        whole = running.node(whole, name, links=links)
        assert running.found(whole) == [rings.RingDown(node="qsp-a", peer="qsp-b", ring=1, left=1)]
    assert "only one ring is left" in running.found(whole)[0].text()


def test_a_node_that_stood_still_is_named_with_what_would_be_too_long() -> None:
    at = datetime(2026, 11, 27, 3, 1, 2, tzinfo=UTC)
    pauses = (Pause(at, 1.44), Pause(at - timedelta(days=1), 1.87))
    (found,) = running.found(running.node(running.seen(), "qsp-b", pauses=pauses))
    assert found.severity is Severity.NOTE
    assert found.text() == (
        "qsp-b stood still 2 times since Corosync started there, last at 2026-11-27 03:01:02 UTC, for up to 1.9 s,"
        " of which 0.6 may be too much; one that says nothing for 2.0 s is taken for dead"
    )
    (often,) = running.found(running.node(running.seen(), "qsp-b", pauses=pauses * 5))
    assert "stood still 10 times or more since" in often.text(), "Corosync keeps the last ten"


def test_all_rings_down_leave_none() -> None:
    whole = running.seen()
    whole = running.node(whole, "qsp-b", links=(Link(1, 0, connected=False), Link(1, 1, connected=False)))
    found = running.found(whole)
    assert found == [rings.RingDown(node="qsp-a", peer="qsp-b", ring=ring, left=0) for ring in (0, 1)]
    assert "none is left" in found[0].text()


def test_links_to_a_node_that_does_not_run_are_no_finding() -> None:
    whole = running.node(running.seen(), "qsp-b", state=None)
    whole = running.node(whole, "qsp-a", links=(Link(2, 0, connected=False), Link(2, 1, connected=False)))
    assert not [finding for finding in running.found(whole) if isinstance(finding, rings.RingDown)]


def test_a_part_that_does_not_serve() -> None:
    whole = running.seen()
    for changes, how in (
        ({"role": "Stopped", "nodes": ()}, "stopped"),
        ({"role": "Starting"}, "starting"),
        ({"failed": True}, "failed"),
        ({"failed": True, "blocked": True}, "blocked"),
    ):
        broken = running.resource(whole, "squid-unit", **changes)
        assert running.found(broken) == [services.NotServing(service="squid", resource="squid-unit", how=how)]
        state = broken.state
        assert state is not None
        assert services.place(cluster().service("squid"), state) == ""
    absent = running.state(whole, lambda old: replace(old, resources=old.resources[:1]))
    assert services.NotServing(service="squid", resource="squid-unit", how="not in the cluster") in running.found(
        absent
    )


def test_a_part_on_two_nodes_and_parts_on_different_ones() -> None:
    whole = running.seen()
    twice = running.resource(whole, "squid-unit", nodes=("qsp-a", "qsp-b"))
    assert services.Twice(service="squid", resource="squid-unit", nodes=("qsp-a", "qsp-b")) in running.found(twice)
    apart = running.resource(whole, "squid-unit", nodes=("qsp-b",))
    assert running.found(apart) == [services.Apart(service="squid", nodes=("qsp-a", "qsp-b"))]


def test_what_the_hosts_show_counts_as_well_as_what_the_cluster_says() -> None:
    whole = running.seen()
    host = whole.hosts["qsp-b"]
    unit = replace(host.units["squid.service"], active="active")
    also = replace(whole, hosts={**whole.hosts, "qsp-b": replace(host, units={**host.units, unit.asked: unit})})
    assert running.found(also) == [services.Twice(service="squid", resource="squid.service", nodes=("qsp-a", "qsp-b"))]
    nic = replace(host.interfaces[0], addresses=(*host.interfaces[0].addresses, ip_interface("192.168.233.200/24")))
    held = replace(whole, hosts={**whole.hosts, "qsp-b": replace(host, interfaces=(nic, *host.interfaces[1:]))})
    assert running.found(held) == [
        services.Twice(service="squid", resource="192.168.233.200", nodes=("qsp-a", "qsp-b"))
    ]


def test_what_earlier_troubles_left_behind() -> None:
    whole = running.seen()
    failed = running.state(
        whole,
        lambda old: replace(
            old,
            failures=(Failure("squid-unit_start_0", "qsp-b", "error", "failed", ""),),
            history=(History("squid-unit", "qsp-b", 1_000_000, ""), History("squid-vip", "qsp-a", 0, "")),
        ),
    )
    assert running.found(failed) == [
        traces.FailCount(resource="squid-unit", node="qsp-b", count=1_000_000),
        traces.Failed(operation="squid-unit_start_0", node="qsp-b", status="error", reason="failed"),
    ]


def test_a_ban_that_was_left_is_told_once_and_is_no_drift() -> None:
    whole = running.seen()
    cib = whole.nodes["qsp-a"].cib.replace("<constraints/>", f"<constraints>{BAN}</constraints>")
    whole = running.node(whole, "qsp-a", cib=cib)
    assert running.found(whole) == [traces.LeftBehind(ids=("cli-ban-squid-on-qsp-a",))]


def test_drift() -> None:
    whole = running.seen()
    cib = whole.nodes["qsp-a"].cib.replace('value="600s"', 'value="60s"')
    (drift,) = running.found(running.node(whole, "qsp-a", cib=cib))
    assert isinstance(drift, decisions.Drift)
    assert len(drift.differences) == 1 and "failure-timeout" in drift.differences[0]


def test_the_heaviest_comes_first() -> None:
    whole = running.resource(running.seen(), "squid-unit", role="Stopped", nodes=())
    whole = running.state(whole, lambda old: replace(old, maintenance=True))
    weights = [finding.severity for finding in report.findings(whole)]
    assert weights == [Severity.ERROR, Severity.WARNING, Severity.NOTE]


def fenced() -> Seen:
    devices = tuple(Device(f"ipmi-{name[-1]}", "fence_ipmilan", (name,)) for name in ("qsp-a", "qsp-b"))
    whole = running.seen()
    whole = replace(whole, cluster=replace(whole.cluster, fencing=DeviceFencing(devices)))
    there = tuple(
        ResourceState(name, "", "stonith:fence_ipmilan", "Started", (node,), failed=False, blocked=False, managed=True)
        for name, node in (("ipmi-a", "qsp-b"), ("ipmi-b", "qsp-a"))
    )
    return running.state(whole, lambda old: replace(old, resources=(*old.resources, *there)))


def about_fencing(whole: Seen) -> list[Finding]:
    return list(fencing.check(whole))


def test_devices_that_work_are_no_news() -> None:
    assert about_fencing(fenced()) == []


def test_a_device_that_runs_nowhere_or_failed() -> None:
    def stopped(old: ClusterState) -> ClusterState:
        changed = (replace(each, role="Stopped", nodes=()) if each.id == "ipmi-b" else each for each in old.resources)
        return replace(old, resources=tuple(changed))

    assert about_fencing(running.state(fenced(), stopped)) == [fencing.DeviceDown(device="ipmi-b", nodes=("qsp-b",))]
    # Nobody but the node itself is there to run it: that its own device doesn't run is no fault of the device.
    alone = running.member(running.state(fenced(), stopped), "qsp-a", online=False)
    assert about_fencing(alone) == []


def test_a_lost_node_that_is_not_fenced() -> None:
    lost = running.member(fenced(), "qsp-b", online=False, unclean=True)
    assert about_fencing(lost) == [fencing.WaitsForFencing(node="qsp-b", failed=False)]
    tried = (Fence("qsp-b", "reboot", "failed", "qsp-a", "2026-11-25 12:00:00"),)
    failed = running.state(lost, lambda old: replace(old, fences=tried))
    assert about_fencing(failed) == [fencing.WaitsForFencing(node="qsp-b", failed=True)]


def test_what_a_lost_node_ran_serves_nobody_while_its_fencing_is_awaited() -> None:
    """Pacemaker says "Started" of it until the node is fenced."""
    lost = running.member(running.seen(), "qsp-a", online=False, unclean=True)
    state = lost.state
    assert state is not None and state.placed["squid-unit"] == ("qsp-a",)
    assert services.place(cluster().service("squid"), state) == ""
    how = "on qsp-a, which is lost"
    assert services.NotServing(service="squid", resource="squid-unit", how=how) in running.found(lost)


def test_a_quorum_device_that_votes_and_one_that_does_not() -> None:
    whole = running.seen()
    whole = replace(whole, cluster=replace(whole.cluster, quorum=Quorum(QuorumDevice("qnetd"))))
    for name in whole.nodes:
        whole = running.node(whole, name, device_votes=1)
    (rule,) = quorum.check(whole)
    assert isinstance(rule, quorum.QuorumRule) and "qnetd chooses" in rule.rule
    silent = running.node(whole, "qsp-b", device_votes=0)
    assert quorum.DeviceVoteMissing(host="qnetd", nodes=("qsp-b",)) in list(quorum.check(silent))
    assert list(quorum.check(running.seen())) == []
