"""Findings from what the hosts saw of the network: rings, pcsd's port, virtual IPs."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest

from hakit.core import Command, Outcome
from hakit.model import Vip
from hakit.observe.host import probe
from hakit.observe.host.corosync_conf import Member
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.network import NetworkProbe
from hakit.plan.preflight import ports, vips
from tests.sample_clusters import SQUID, cluster
from tests.unit.preflight.seen_hosts import belongs, deaf, hosts, kinds, serious
from tests.unit.preflight.seen_hosts import probe as probe_of

VIP = ip_address("192.168.233.200")
STRANGER = "02:00:00:00:00:99"


def network(facts: dict[str, HostFacts], host: str) -> NetworkProbe:
    seen = facts[host].network
    assert seen is not None
    return seen


def claimed(facts: dict[str, HostFacts], host: str, *macs: str) -> None:
    facts[host] = replace(facts[host], network=replace(network(facts, host), claims={VIP: frozenset(macs)}))


def with_vip(facts: dict[str, HostFacts], host: str) -> None:
    nics = tuple(
        replace(nic, addresses=(*nic.addresses, ip_interface(f"{VIP}/24"))) if nic.name == "eth0" else nic
        for nic in facts[host].interfaces
    )
    facts[host] = replace(facts[host], interfaces=nics)


def test_a_ring_that_is_cut() -> None:
    facts = hosts()
    deaf(facts, "qsp-a", 1)
    deaf(facts, "qsp-b", 1)
    assert serious(facts) == [ports.RingCut(host="qsp-a", peer="qsp-b", ring=1, port=5405)]


@pytest.mark.parametrize(("host", "peer"), [("qsp-a", "qsp-b"), ("qsp-b", "qsp-a")])
def test_a_ring_closed_in_one_direction_is_a_matter_of_who_does_not_hear(host: str, peer: str) -> None:
    facts = hosts()
    deaf(facts, host, 0)
    assert serious(facts) == [ports.RingOneWay(host=host, peer=peer, ring=0, port=5405)]


def three(*cut: str) -> dict[str, HostFacts]:
    """Three hosts, of which some neither hear nor are heard on ring 1."""
    wanted, facts = cluster(nodes=3), {}
    for node in wanted.nodes:
        peers = [other.name for other in wanted.nodes if other is not node]
        seen = probe_of(node.name, *peers, wanted=wanted)
        heard = frozenset() if node.name in cut else frozenset(peers) - set(cut)
        rings = tuple(replace(ring, heard=heard) if ring.number == 1 else ring for ring in seen.rings)
        base = hosts()["qsp-a"]
        own = replace(base.system, hostname=node.name)
        nics = tuple(
            replace(nic, addresses=(ip_interface(f"{node.addresses[ring]}/24"),))
            for ring, nic in enumerate(nic for nic in base.interfaces if nic.name != "lo")
        )
        facts[node.name] = replace(
            base, host=node.name, system=own, interfaces=nics, network=replace(seen, rings=rings)
        )
    return facts


def test_a_host_cut_off_from_several_is_one_finding() -> None:
    assert list(ports.check(cluster(nodes=3), three())) == []
    assert list(ports.check(cluster(nodes=3), three("qsp-b"))) == [ports.RingAlone(host="qsp-b", ring=1, port=5405)]
    assert kinds(ports.check(cluster(nodes=3), three("qsp-a", "qsp-b"))) == ["RingAlone"] * 3


@pytest.mark.parametrize("how", ["refused", "silent", "no way"])
def test_pcsd_that_cannot_be_reached_is_a_matter_of_its_host(how: str) -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], network=replace(network(facts, "qsp-a"), doors={"qsp-b": how}))
    (found,) = serious(facts)
    assert found == ports.PcsdClosed(host="qsp-b", peer="qsp-a", how=how)
    assert "2224/tcp" in found.text()


def test_a_port_that_somebody_has() -> None:
    facts = hosts()
    rings = network(facts, "qsp-a").rings
    taken = (replace(rings[0], socket="busy", heard=frozenset()), rings[1])
    facts["qsp-a"] = replace(facts["qsp-a"], network=replace(network(facts, "qsp-a"), rings=taken))
    deaf(facts, "qsp-b", 0)
    assert serious(facts) == [ports.PortTaken(host="qsp-a", ring=0, port=5405, reason="it is in use")]


def test_a_probe_that_failed_says_why() -> None:
    facts = hosts()
    failed = Outcome("qsp-a", Command(("python3", "-")), 1, "", "Traceback\nPermissionError: no\n", 0.1)
    seen = probe.read(failed, cluster(), facts["qsp-a"], facts)
    assert seen == NetworkProbe(fault="PermissionError: no")
    facts["qsp-a"] = replace(facts["qsp-a"], network=seen)
    assert serious(facts) == [ports.Unproven(host="qsp-a", reason="PermissionError: no")]


def test_a_host_alone_is_not_blamed_for_the_missing_one() -> None:
    facts = hosts()
    del facts["qsp-b"]
    facts["qsp-a"] = replace(facts["qsp-a"], network=NetworkProbe())
    assert serious(facts) == []


def test_somebody_else_has_the_virtual_ip() -> None:
    facts = hosts()
    claimed(facts, "qsp-b", STRANGER)
    (found,) = serious(facts)
    assert found == vips.VipAnswers(service="squid", address=VIP, macs=(STRANGER,), seen_from=("qsp-b",))


def test_a_virtual_ip_on_a_node_of_the_running_cluster_is_right() -> None:
    facts = hosts()
    with_vip(facts, "qsp-a")
    claimed(facts, "qsp-b", next(nic.mac for nic in facts["qsp-a"].interfaces if nic.name == "eth0"))
    for host in facts:
        belongs(facts, host, "squidha", Member("qsp-a", "1", ("192.168.233.11",)))
    assert serious(facts) == []
    claimed(facts, "qsp-b", STRANGER)
    assert kinds(serious(facts)) == ["VipAnswers"]


def test_a_virtual_ip_that_no_cluster_put_there() -> None:
    facts = hosts()
    with_vip(facts, "qsp-a")
    assert serious(facts) == [vips.VipLeftOver(host="qsp-a", service="squid", address=VIP, nic="eth0", prefix=24)]


def test_a_virtual_ip_with_no_place_to_go() -> None:
    far = ip_address("198.51.100.9")
    wanted = cluster(replace(SQUID, vip=Vip(ip_interface(f"{far}/24"))))
    assert serious(hosts(), wanted) == [
        vips.VipHomeless(host=host, service="squid", address=far, nic="") for host in ("qsp-a", "qsp-b")
    ]


@pytest.mark.parametrize(("nic", "count"), [("eth0", 0), ("eth9", 2)])
def test_a_virtual_ip_with_a_nic_that_is_said(nic: str, count: int) -> None:
    wanted = cluster(replace(SQUID, vip=Vip(ip_interface(f"{VIP}/24"), nic)))
    assert kinds(serious(hosts(), wanted)) == ["VipHomeless"] * count


def test_a_virtual_ip_that_could_not_be_asked_for() -> None:
    facts = hosts()
    facts["qsp-a"] = replace(facts["qsp-a"], network=replace(network(facts, "qsp-a"), failed={VIP: "not permitted"}))
    assert serious(facts) == [vips.VipUnproven(host="qsp-a", address=VIP, reason="not permitted")]
    # Who isn't root hears that, and not its consequences.
    facts["qsp-a"] = replace(facts["qsp-a"], system=replace(facts["qsp-a"].system, uid=1))
    assert kinds(serious(facts)) == ["NotRoot"]
