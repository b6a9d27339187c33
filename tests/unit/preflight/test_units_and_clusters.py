"""Findings about the services' units and about clusters that are there already."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from hakit.core import Severity
from hakit.model import Service, Timeouts
from hakit.observe.host.corosync_conf import CorosyncConf, Member
from hakit.observe.host.units import Unit
from hakit.plan.preflight import boot, clusters, membership, stopping, units
from tests.sample_clusters import SQUID, cluster
from tests.unit.preflight.seen_hosts import belongs, hosts, kinds, serious, unit

SELF = Member("qsp-a", "1", ("192.168.233.11", "172.16.233.11"))
OUR = (SELF, Member("qsp-b", "2", ("192.168.233.12", "172.16.233.12")))
THEIRS = (Member("till-1", "1", ("198.51.100.1",)), Member("qsp-a", "2", ("198.51.100.2",)))


def changed(**fields: Any) -> Unit:  # noqa: ANN401 - any field of a unit
    return replace(hosts()["qsp-a"].units["squid.service"], **fields)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"load": "not-found"}, "UnitAbsent"),
        ({"load": "masked"}, "UnitMasked"),
        ({"load": "bad-setting", "load_error": 'x "Unit squid.service has a bad unit file setting."'}, "UnitBroken"),
        ({"load": "error"}, "UnitBroken"),
        ({"can_start": False}, "UnitRefuses"),
        ({"can_stop": False}, "UnitRefuses"),
        ({"type": "oneshot"}, "UnitEnds"),
        ({"id": "proxy.service"}, "UnitIsAlias"),
        ({"triggered_by": ("squid.socket",)}, "UnitTriggered"),
        ({"need_reload": True}, "UnitOutdated"),
        ({"restarts": {"/etc/systemd/system/squid.service.d/a.conf": "always"}}, "UnitRestarts"),
        ({"stop_timeout": 300.0}, "TimeoutShort"),
        ({"start_timeout": math.inf}, "TimeoutShort"),
        ({"type": "oneshot", "remain_after_exit": True, "start_timeout": math.inf}, None),
        ({"restarts": {"/run/systemd/system/squid.service.d/50-pacemaker.conf": "no"}}, None),
        ({"active": "failed"}, None),
    ],
)
def test_one_thing_about_a_unit(fields: dict[str, Any], kind: str | None) -> None:
    facts = hosts()
    unit(facts, "qsp-a", changed(**fields))
    found = serious(facts)
    assert kinds(found) == ([kind] if kind else [])
    for each in found:
        assert isinstance(each, units.OnUnit)
        assert (each.host, each.unit) == ("qsp-a", "squid.service")
        assert each.text()
        assert each.remedy()


def test_why_a_unit_is_broken() -> None:
    facts = hosts()
    unit(facts, "qsp-a", changed(load="bad-setting", load_error='org.x.BadUnitSetting "Unit squid.service is bad."'))
    assert serious(facts) == [
        units.UnitBroken(host="qsp-a", unit="squid.service", state="bad-setting", reason="Unit squid.service is bad.")
    ]


def test_what_debian_starts_on_install_is_a_note() -> None:
    found = list(boot.check(cluster(), hosts()))
    assert kinds(found) == ["UnitEnabled", "UnitRunning"] * 2
    assert {each.severity for each in found} == {Severity.NOTE}


def test_a_unit_that_our_own_cluster_runs_is_no_news() -> None:
    facts = hosts()
    for host in facts:
        belongs(facts, host, "squidha", *OUR)
    unit(facts, "qsp-a", changed(file_state="disabled"))
    unit(facts, "qsp-b", changed(file_state="disabled", active="inactive"))
    assert list(boot.check(cluster(), facts)) == []


def test_a_drop_in_that_says_no_is_fine() -> None:
    facts = hosts()
    unit(facts, "qsp-a", changed(restarts={"/etc/systemd/system/squid.service.d/a.conf": "no"}))
    assert serious(facts) == []


@pytest.mark.parametrize(
    ("lifetime", "stop", "limit"), [(30.0, 100, None), (89.0, 100, None), (120.0, 100, 90.0), (30.0, 20, 20.0)]
)
def test_squid_waits_for_its_clients(lifetime: float, stop: int, limit: float | None) -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], squid_lifetime=lifetime)
    unit(facts, "qsp-a", changed(stop_timeout=min(90.0, stop)))
    unit(facts, "qsp-b", changed(stop_timeout=min(90.0, stop)))
    wanted = cluster(replace(SQUID, timeouts=Timeouts(100, stop, 100)))
    found = [each for each in stopping.check(wanted, facts) if getattr(each, "host", "") == "qsp-a"]
    expected = stopping.SquidWaitsTooLong(host="qsp-a", unit="squid.service", lifetime=lifetime, limit=limit or 0)
    assert found == ([expected] if limit else [])


def test_squids_patience_is_nothing_to_other_services() -> None:
    facts = hosts()
    for host in facts:
        unit(facts, host, replace(changed(), asked="nginx.service", id="nginx.service"))
        facts[host] = replace(facts[host], squid_lifetime=500.0)
    wanted = cluster(Service("web", "nginx.service"))
    assert list(stopping.check(wanted, facts)) == []


def test_another_cluster_is_refused_by_name() -> None:
    facts = hosts()
    belongs(facts, "qsp-a", "shop", *THEIRS)
    (found,) = serious(facts)
    assert found == clusters.OtherCluster(host="qsp-a", name="shop", members=("till-1", "qsp-a"), running=True)
    assert "shop" in found.text()
    assert "--replace" in found.remedy()


def test_another_cluster_of_the_same_name() -> None:
    facts = hosts()
    belongs(facts, "qsp-a", "squidha", THEIRS[0])
    assert kinds(serious(facts)) == ["OtherCluster"]


def test_our_own_cluster_is_fine_even_with_a_node_less() -> None:
    facts = hosts()
    belongs(facts, "qsp-a", "squidha", *OUR)
    belongs(facts, "qsp-b", "squidha", SELF)
    assert serious(facts) == []
    assert membership.running_ours(cluster(), facts["qsp-a"])


def test_our_cluster_under_another_name_is_another() -> None:
    facts = hosts()
    belongs(facts, "qsp-a", "proxies", *OUR)
    assert kinds(serious(facts)) == ["OtherCluster"]


def test_a_broken_corosync_conf() -> None:
    facts = hosts()
    facts["qsp-b"] = replace(facts["qsp-b"], corosync=CorosyncConf("", "", (), fault="line 2: what?"))
    assert serious(facts) == [clusters.BrokenCorosyncConf(host="qsp-b", fault="line 2: what?")]


def test_no_corosync_conf_and_a_stock_one() -> None:
    facts = hosts()
    facts["qsp-b"] = replace(facts["qsp-b"], corosync=None)
    assert list(clusters.check(cluster(), facts)) == [clusters.StockCorosync(host="qsp-a")]
