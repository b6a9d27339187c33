"""`hakit plan` on simulated hosts: every difference with its place, and nothing touched."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hakit import render
from hakit.apply.foresight import Foresight, foresee
from hakit.model import PROFILES, Cluster, Service, Vip
from hakit.observe import node as paths
from hakit.plan.changes import compare, conf
from hakit.plan.changes.compare import Takes
from hakit.render import Origin
from tests.doubles import pacemaker
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import SQUID, cluster, clusters
from tests.unit.plan import running

WEB = Service("web", "web.service", Vip(ip_interface("192.168.233.201/24")))


def untouched(hosts: SimulatedHosts, wanted: Cluster, applied: Cluster | None = None) -> Foresight:
    """Plan, and assert that nothing was changed by it."""
    before, hosts.changes = hosts.snapshot(), []
    found = foresee(wanted, hosts, applied=applied)
    assert hosts.changes == [] and hosts.snapshot() == before
    return found


def test_after_bootstrap_the_plan_is_empty() -> None:
    found = untouched(running.hosts(), cluster())
    assert found.empty and found.differences == () and found.stages == ()


def test_bare_hosts_differ_in_everything() -> None:
    found = untouched(SimulatedHosts(cluster()), cluster())
    assert {each.where for each in found.differences} == {paths.COROSYNC_CONF, paths.AGENT}
    assert found.stages[0].title == "Take notes"


def test_a_changed_timing_is_told_once_for_all_nodes() -> None:
    slower = replace(cluster(), timing=replace(cluster().timing, token=9000, consensus=10800))
    found = untouched(running.hosts(), slower)
    assert [(each.node, each.place, each.old, each.new, each.takes) for each in found.differences] == [
        ("", "totem.token", "1700", "9000", Takes.RELOAD),
        ("", "totem.consensus", "300", "10800", Takes.RELOAD),
        *(
            ("", f"ring {ring}: knet_ping_{name}", old, new, Takes.RELOAD)
            for ring in (0, 1)
            for name, old, new in (("interval", "200", "900"), ("timeout", "850", "4500"))
        ),
    ]


def test_a_second_service_is_the_only_difference() -> None:
    hosts = running.hosts(cluster(SQUID, WEB))
    found = untouched(hosts, cluster(SQUID, WEB))
    assert found.empty
    gone = untouched(hosts, cluster())
    assert [(each.place, each.old, each.new) for each in gone.differences] == [
        ("resource web", "there", None),
        ("resource web-vip", "there", None),
        ("resource web-unit", "there", None),
    ]


def test_drift_is_told_from_intent_by_what_was_applied_last() -> None:
    hosts = running.hosts()
    live = hosts.everyone[0].text(paths.CIB)
    assert 'value="192.168.233.200"' in live
    pacemaker.push(hosts.everyone[0], hosts.everyone, live.replace('"192.168.233.200"', '"192.168.233.222"'))
    found = untouched(hosts, cluster(), applied=cluster())
    assert [(each.place, each.old, each.origin) for each in found.differences] == [
        ("resource squid-vip: parameter ip", "192.168.233.222", Origin.DRIFT)
    ]
    other = replace(SQUID, vip=Vip(ip_interface("192.168.233.201/24")))
    both = untouched(hosts, cluster(other), applied=cluster())
    assert [each.origin for each in both.differences] == [Origin.BOTH]
    meant = untouched(running.hosts(), cluster(other), applied=cluster())
    assert [each.origin for each in meant.differences] == [Origin.SPEC]
    unknown = untouched(running.hosts(), cluster(other))
    assert [each.origin for each in unknown.differences] == [Origin.UNKNOWN]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clusters(), clusters())
def test_what_is_compared_by_meaning(one: Cluster, other: Cluster) -> None:
    first, second = (conf.parse(render.corosync_conf(each)) for each in (one, other))
    assert compare.compare(first, first) == ()
    assert compare.compare(first, conf.parse(first.text())) == (), "written and read it means the same"
    changes = compare.compare(first, second)
    assert bool(changes) == (render.corosync_conf(one) != render.corosync_conf(other))
    if one.nodes == other.nodes and one.rings == other.rings:
        assert {change.takes for change in changes} <= {Takes.RELOAD}


@given(st.sampled_from(sorted(PROFILES)))
def test_options_in_parts_survive(profile: str) -> None:
    text = render.corosync_conf(replace(cluster(), timing=PROFILES[profile])) + (
        "quorum {\n device {\n model: net\n net {\n host: q\n }\n }\n}\nlogging {\n logger_subsys {\n subsys: QB\n debug: on\n }\n}\n"
    )
    found = conf.parse(text)
    assert found.options["quorum.device.net.host"] == "q"
    assert found.options["logging.logger_subsys.QB.debug"] == "on"
    assert conf.parse(found.text()).options["quorum.device.net.host"] == "q"
