"""Two healthy bare nodes, as captured, for tests that break one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hakit.core import Finding, Severity
from hakit.model import Cluster
from hakit.observe.host import clock
from hakit.observe.host.corosync_conf import CorosyncConf, Member
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.network import NetworkProbe, RingProbe
from hakit.observe.host.units import Unit
from hakit.plan.preflight import every
from tests.sample_clusters import cluster
from tests.unit.observe_host import captured_hosts

Facts = Mapping[str, HostFacts]


def hosts(release: str = "bookworm") -> dict[str, HostFacts]:
    """Return the facts of two bare nodes that hear each other everywhere."""
    names = ("qsp-a", "qsp-b")
    return {
        name: replace(
            captured_hosts.read(release, name),
            network=probe(name, *(other for other in names if other != name)),
            clock=clock.ClockReading(-0.01, 0.01),
            synchronised=True,
        )
        for name in names
    }


def probe(host: str, *peers: str, wanted: Cluster | None = None) -> NetworkProbe:
    """Return what a host sees when all is well."""
    wanted = wanted or cluster()
    heard = frozenset(peers)
    return NetworkProbe(
        rings=tuple(
            RingProbe(ring.number, address, ring.mcastport, "bound", heard, heard)
            for ring, address in zip(wanted.rings, wanted.node(host).addresses, strict=True)
        ),
        doors=dict.fromkeys(peers, "open"),
        claims={service.vip.interface.ip: frozenset() for service in wanted.services if service.vip},
    )


def deaf(facts: dict[str, HostFacts], host: str, ring: int) -> None:
    """Let the host hear nobody on a ring."""
    network = facts[host].network
    assert network is not None
    rings = tuple(replace(seen, heard=frozenset()) if seen.number == ring else seen for seen in network.rings)
    facts[host] = replace(facts[host], network=replace(network, rings=rings))


def unit(facts: dict[str, HostFacts], host: str, changed: Unit) -> None:
    """Give the host another view of a unit."""
    facts[host] = replace(facts[host], units={**facts[host].units, changed.asked: changed})


def belongs(facts: dict[str, HostFacts], host: str, name: str, *members: Member) -> None:
    """Put a host into a cluster."""
    facts[host] = replace(facts[host], corosync=CorosyncConf("", name, members))


def serious(facts: Facts, wanted: Cluster | None = None) -> list[Finding]:
    """Return the errors and warnings that all checks together find."""
    return [found for found in every.check(wanted or cluster(), facts) if found.severity is not Severity.NOTE]


def kinds(found: Iterable[Finding]) -> list[str]:
    """Name the findings' kinds."""
    return [type(finding).__name__ for finding in found]
