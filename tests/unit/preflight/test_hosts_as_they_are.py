"""Findings about a host by itself: its user, name, packages, addresses, names, clock, guards."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from hakit.core import HostUnreachable
from hakit.model import Tool
from hakit.observe.host.clock import ClockReading
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.guards import Guards
from hakit.plan.preflight import account, addresses, clocks, guards, names, reach, software
from tests.sample_clusters import cluster
from tests.unit.preflight.seen_hosts import hosts, kinds, serious, unit

A, B = ip_address("192.168.233.11"), ip_address("192.168.233.12")


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_bare_nodes_have_no_fault(release: str) -> None:
    assert serious(hosts(release)) == []


def test_a_host_key_is_told_from_other_trouble() -> None:
    changed = reach.found(HostUnreachable("qsp-a", "its host key is not the one in known_hosts", hint="look"))
    assert changed == reach.WrongHostKey(host="qsp-a", reason="its host key is not the one in known_hosts", hint="look")
    silent = reach.found(HostUnreachable("qsp-a", "it does not answer"))
    assert type(silent) is reach.Unreachable
    assert "ssh qsp-a" in silent.remedy()


def test_not_root() -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], system=replace(facts["qsp-a"].system, uid=1000))
    assert serious(facts) == [account.NotRoot(host="qsp-a", uid=1000)]


def test_another_name() -> None:
    facts = hosts()
    facts["qsp-b"] = replace(facts["qsp-b"], system=replace(facts["qsp-b"].system, hostname="qsp-b.example.org"))
    assert serious(facts) == [account.WrongName(host="qsp-b", hostname="qsp-b.example.org")]


@pytest.mark.parametrize(("version", "old"), [("3.8.10", True), ("3.9.2", False), ("3.13.5", False), ("4.0", False)])
def test_old_python(*, version: str, old: bool) -> None:
    facts = hosts()
    facts["qsp-b"] = replace(facts["qsp-b"], system=replace(facts["qsp-b"].system, python=version))
    assert serious(facts) == ([account.OldPython(host="qsp-b", version=version)] if old else [])


def without(facts: dict[str, HostFacts], host: str, *packages: str) -> None:
    left = {name: version for name, version in (facts[host].packages or {}).items() if name not in packages}
    facts[host] = replace(facts[host], packages=left)


@pytest.mark.parametrize(("tool", "package"), [(Tool.PCS, "pcs"), (Tool.CRM, "crmsh")])
def test_missing_packages_are_named_in_one_command(tool: Tool, package: str) -> None:
    facts = hosts()
    without(facts, "qsp-a", package, "corosync")
    (found,) = software.check(replace(cluster(), tool=tool), facts)
    assert found == software.PackagesMissing(host="qsp-a", packages=("corosync", package))
    assert found.remedy() == f"apt-get install corosync {package}"


def test_one_tool_on_all_hosts_is_enough() -> None:
    facts = hosts()
    without(facts, "qsp-a", "pcs")
    assert list(software.check(cluster(), facts)) == []
    without(facts, "qsp-b", "crmsh")
    assert list(software.check(cluster(), facts)) == [software.PackagesMissing(host="qsp-a", packages=("pcs",))]


def test_a_package_that_is_welcome_may_be_missing() -> None:
    facts = hosts()
    left = {name: version for name, version in (facts["qsp-a"].packages or {}).items() if name != "crmsh"}
    facts["qsp-a"] = replace(facts["qsp-a"], packages=left)
    assert serious(facts) == []


def test_a_host_without_dpkg() -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], packages=None)
    assert kinds(serious(facts)) == ["NotDebian"]


def test_versions_of_two_releases_differ() -> None:
    facts = {"qsp-a": hosts("bookworm")["qsp-a"], "qsp-b": hosts("trixie")["qsp-b"]}
    found = serious(facts)
    assert set(kinds(found)) == {"VersionsDiffer"}
    assert {each.package for each in found if isinstance(each, software.VersionsDiffer)} >= {
        "pacemaker",
        "pcs",
        "corosync",
    }


def test_a_security_update_on_one_host_is_no_difference() -> None:
    facts = hosts()
    packages = {**(facts["qsp-a"].packages or {}), "corosync": "3.1.7-1+deb12u9"}
    facts["qsp-a"] = replace(facts["qsp-a"], packages=packages)
    assert serious(facts) == []


@pytest.mark.parametrize(
    ("version", "upstream"),
    [("1:4.12.0-2", "4.12.0"), ("5.0.0~rc1-1", "5.0.0~rc1"), ("4.2", "4.2"), ("0.12.0.2-1", "0.12.0.2")],
)
def test_upstream_versions(version: str, upstream: str) -> None:
    assert software.upstream(version) == upstream


def test_a_ring_address_that_is_nowhere() -> None:
    facts = hosts()
    nics = tuple(replace(nic, addresses=()) if nic.name == "eth1" else nic for nic in facts["qsp-b"].interfaces)
    facts["qsp-b"] = replace(facts["qsp-b"], interfaces=nics)
    assert serious(facts) == [addresses.AddressMissing(host="qsp-b", ring=1, address=ip_address("172.16.233.12"))]


def test_a_ring_address_on_the_wrong_host_says_where_it_is() -> None:
    facts = hosts()
    facts["qsp-a"], facts["qsp-b"] = (
        replace(facts["qsp-a"], interfaces=facts["qsp-b"].interfaces),
        replace(facts["qsp-b"], interfaces=facts["qsp-a"].interfaces),
    )
    found = serious(facts)
    assert kinds(found) == ["AddressMissing"] * 4
    assert found[0] == addresses.AddressMissing(host="qsp-a", ring=0, address=A, nearest="eth0", on=("qsp-b",))


@pytest.mark.parametrize(("up", "carrier"), [(False, True), (True, False)])
def test_a_ring_without_a_link_is_one_finding(*, up: bool, carrier: bool) -> None:
    facts = hosts()
    nics = tuple(
        replace(nic, up=up, carrier=carrier) if nic.name == "eth1" else nic for nic in facts["qsp-b"].interfaces
    )
    facts["qsp-b"] = replace(facts["qsp-b"], interfaces=nics)
    assert serious(facts) == [addresses.InterfaceDown(host="qsp-b", ring=1, nic="eth1", carrier=carrier)]


def test_debians_line_for_its_own_name() -> None:
    facts = hosts()
    loopback = ip_address("127.0.1.1")
    facts["qsp-b"] = replace(facts["qsp-b"], names={"qsp-a": (A,), "qsp-b": (loopback,)})
    (found,) = serious(facts)
    assert found == names.NameIsLoopback(host="qsp-b", name="qsp-b", loopback=loopback, address=B)
    assert "192.168.233.12 qsp-b" in found.remedy()


def test_a_name_of_another_machine() -> None:
    facts = hosts()
    wrong = (ip_address("198.51.100.7"),)
    facts["qsp-a"] = replace(facts["qsp-a"], names={"qsp-a": (A,), "qsp-b": wrong})
    expected = cluster().node("qsp-b").addresses
    assert serious(facts) == [names.NameIsElsewhere(host="qsp-a", name="qsp-b", addresses=wrong, expected=expected)]


def test_a_name_that_means_different_rings() -> None:
    facts = hosts()
    ring1 = (ip_address("172.16.233.12"),)
    facts["qsp-a"] = replace(facts["qsp-a"], names={"qsp-a": (A,), "qsp-b": ring1})
    assert serious(facts) == [names.NamesDiffer(name="qsp-b", expected=B, seen=(("qsp-a", ring1), ("qsp-b", (B,))))]


def test_the_order_of_addresses_is_no_difference() -> None:
    facts = hosts()
    both = (B, ip_address("172.16.233.12"))
    facts["qsp-a"] = replace(facts["qsp-a"], names={"qsp-a": (A,), "qsp-b": both})
    facts["qsp-b"] = replace(facts["qsp-b"], names={"qsp-a": (A,), "qsp-b": both[::-1]})
    assert serious(facts) == []


def test_a_name_that_does_not_resolve_is_only_a_note() -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], names={"qsp-a": (A,), "qsp-b": ()})
    assert serious(facts) == []
    assert list(names.check(cluster(), facts)) == [names.NameUnknown(host="qsp-a", name="qsp-b", address=B)]


@pytest.mark.parametrize(
    ("ahead", "kind"),
    [(0.4, None), (0.7, clocks.ClocksApart), (30.0, clocks.ClocksApart), (90.0, clocks.ClocksFarApart)],
)
def test_clocks_apart(ahead: float, kind: type[clocks.ClocksApart] | None) -> None:
    facts = hosts()
    facts["qsp-b"] = replace(facts["qsp-b"], clock=ClockReading(ahead, ahead))
    facts["qsp-a"] = replace(facts["qsp-a"], clock=ClockReading(0, 0))
    assert serious(facts) == ([kind(host="qsp-b", peer="qsp-a", seconds=ahead)] if kind else [])


def test_a_slow_answer_is_no_proof_of_a_wrong_clock() -> None:
    facts = hosts()
    facts["qsp-b"] = replace(facts["qsp-b"], clock=ClockReading(-5, 0.3))
    assert serious(facts) == []


@pytest.mark.parametrize(("synchronised", "count"), [(True, 0), (False, 1), (None, 0)])
def test_clocks_that_nothing_keeps(*, synchronised: bool | None, count: int) -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], synchronised=synchronised)
    assert kinds(clocks.check(cluster(), facts)) == ["ClockUnkept"] * count


def test_firewalls() -> None:
    facts = hosts()
    for name in ("firewalld.service", "ufw.service"):
        unit(facts, "qsp-a", replace(facts["qsp-a"].units[name], load="loaded", active="active"))
    # ufw's unit is active on Debian even while ufw is switched off.
    ports = ("5405/udp", "2224/tcp")
    assert list(guards.check(cluster(), facts)) == [
        guards.FirewallActive(host="qsp-a", firewall="firewalld", ports=ports)
    ]
    facts["qsp-a"] = replace(facts["qsp-a"], guards=Guards("absent", ufw_enabled=True, watchdogs=()))
    assert kinds(guards.check(cluster(), facts)) == ["FirewallActive"] * 2


def test_selinux() -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], guards=Guards("permissive", ufw_enabled=False, watchdogs=()))
    facts["qsp-b"] = replace(facts["qsp-b"], guards=Guards("enforcing", ufw_enabled=False, watchdogs=()))
    assert list(guards.check(cluster(), facts)) == [guards.SelinuxEnforcing(host="qsp-b")]


def test_watchdogs_and_sbd() -> None:
    facts = hosts()
    dog = Guards("absent", ufw_enabled=False, watchdogs=("/dev/watchdog",))
    sbd = replace(facts["qsp-a"].units["sbd.service"], load="loaded", file_state="enabled")
    unit(facts, "qsp-a", sbd)
    facts["qsp-b"] = replace(facts["qsp-b"], guards=dog)
    assert list(guards.check(cluster(), facts)) == [
        guards.SbdWithoutWatchdog(host="qsp-a"),
        guards.WatchdogHere(host="qsp-b", device="/dev/watchdog"),
    ]
    facts["qsp-a"] = replace(facts["qsp-a"], guards=dog)
    unit(facts, "qsp-a", replace(sbd, active="active"))
    assert kinds(guards.check(cluster(), facts)) == ["WatchdogHere"]
