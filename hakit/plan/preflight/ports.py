"""The ways between the hosts: each ring's UDP port in each direction, and pcsd's TCP port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Tool
from hakit.observe.host import interfaces
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.network import RingProbe
from hakit.observe.host.probe import PCSD_PORT
from hakit.plan import tool
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class RingCut(OnHost):
    """Two hosts don't hear each other on a ring at all."""

    code = "HK250"
    matters = "A ring without a way between two nodes carries nothing; when the other ring fails, the cluster splits."
    see = "corosync.conf(5), mcastport"
    peer: str
    ring: int
    port: int

    def text(self) -> str:
        """Say it."""
        return f"ring {self.ring}: nothing gets through between it and {self.peer} on {self.port}/udp"

    def remedy(self) -> str:
        """Say what to do."""
        return f"join the two to one network, and open {self.port}/udp in both firewalls"


@dataclass(frozen=True, kw_only=True, slots=True)
class RingAlone(OnHost):
    """A host and all its peers, of which there are several, don't hear each other on a ring."""

    code = "HK255"
    matters = "The ring does not exist for this node; when the other ring fails, the node is alone."
    see = "corosync.conf(5), mcastport"
    ring: int
    port: int

    def text(self) -> str:
        """Say it."""
        return f"ring {self.ring}: nothing gets through between it and any other node on {self.port}/udp"

    def remedy(self) -> str:
        """Say what to do."""
        return f"look at its network of ring {self.ring}, and open {self.port}/udp in its firewall"


@dataclass(frozen=True, kw_only=True, slots=True)
class RingOneWay(OnHost):
    """A host doesn't hear a peer on a ring, which hears it."""

    code = "HK251"
    matters = "A one-way network is worse than none: each side sees another truth."
    see = "corosync.conf(5), mcastport"
    peer: str
    ring: int
    port: int

    def text(self) -> str:
        """Say it."""
        return (
            f"ring {self.ring}: {self.port}/udp is closed in one direction: it does not hear {self.peer}, "
            f"though {self.peer} hears it"
        )

    def remedy(self) -> str:
        """Say what to do."""
        return f"let {self.port}/udp in on {self.host}, and out on {self.peer}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PcsdClosed(OnHost):
    """A host's pcsd can't be reached from a peer: `refused`, `silent` or `no way`."""

    code = "HK252"
    matters = "pcs drives every node through its pcsd; where that does not answer, pcs calls fail or hang."
    see = "pcs(8), host auth"
    peer: str
    how: str

    def text(self) -> str:
        """Say it."""
        words = {"refused": "is refused", "silent": "is not answered"}.get(self.how, "finds no way")
        return f"a connection from {self.peer} to {PCSD_PORT}/tcp (pcsd) {words}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"let {PCSD_PORT}/tcp in on {self.host} from {self.peer}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PortTaken(OnHost):
    """A ring's UDP port is in use, though no cluster of this kind runs."""

    code = "HK253"
    matters = "Corosync could not open it either."
    see = "corosync.conf(5), mcastport"
    ring: int
    port: int
    reason: str

    def text(self) -> str:
        """Say it."""
        return f"ring {self.ring}: {self.port}/udp could not be opened: {self.reason}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"see who has it: ss --udp --listening --processes --numeric 'sport = {self.port}'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unproven(OnHost):
    """The network could not be probed from here."""

    code = "HK254"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "What was not tried may fail at bootstrap, or at the first failover."
    cure = "mend what kept the probe from running, and run hakit preflight again"
    reason: str = ""

    def text(self) -> str:
        """Say it."""
        return f"its ports and the virtual IPs could not be probed{f': {self.reason}' if self.reason else ''}"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Judge what the hosts heard of each other; rings without their address are another check's matter."""
    daemon = tool.choice(cluster.tool, facts) is Tool.PCS
    for host, fact in facts.items():
        if fact.network is None or fact.network.fault:
            yield Unproven(host=host, reason=fact.network.fault if fact.network else "")
            continue
        for ring in fact.network.rings:
            if ring.socket not in {"bound", "absent"}:
                reason = "it is in use" if ring.socket == "busy" else ring.socket
                yield PortTaken(host=host, ring=ring.number, port=ring.port, reason=reason)
        for peer, door in fact.network.doors.items():
            if daemon and door != "open":
                yield PcsdClosed(host=peer, peer=host, how=door)
    pairs = [found for one, other in combinations(facts, 2) for found in _between(facts[one], facts[other])]
    yield from _gathered(pairs, facts)


def _between(one: HostFacts, other: HostFacts) -> Iterator[RingCut | RingOneWay]:
    theirs = {ring.number: ring for ring in _bound(other)}
    for ring in _bound(one):
        peer = theirs.get(ring.number)
        if peer is None or other.host not in ring.asked or one.host not in peer.asked:
            continue
        hears, heard = other.host in ring.heard, one.host in peer.heard
        if not hears and not heard:
            yield RingCut(host=one.host, peer=other.host, ring=ring.number, port=ring.port)
        elif not hears:
            yield RingOneWay(host=one.host, peer=other.host, ring=ring.number, port=ring.port)
        elif not heard:
            yield RingOneWay(host=other.host, peer=one.host, ring=ring.number, port=ring.port)


def _gathered(pairs: Sequence[RingCut | RingOneWay], facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Say of a host that is cut off from all others so once, not once for each of them."""
    cuts = [found for found in pairs if isinstance(found, RingCut)]
    alone = {
        (ring.number, host): ring.port
        for host, fact in facts.items()
        for ring in _bound(fact)
        if len(ring.asked) > 1
        and len(ring.asked) == sum(cut.ring == ring.number and host in {cut.host, cut.peer} for cut in cuts)
    }
    for (number, host), port in alone.items():
        yield RingAlone(host=host, ring=number, port=port)
    for found in pairs:
        ends = {(found.ring, found.host), (found.ring, found.peer)}
        if isinstance(found, RingOneWay) or not ends & alone.keys():
            yield found


def _bound(fact: HostFacts) -> tuple[RingProbe, ...]:
    """Return the rings that could be used; one without a link is another check's finding, not the port's."""
    rings = fact.network.rings if fact.network else ()
    return tuple(ring for ring in rings if ring.socket == "bound" and _linked(fact, ring))


def _linked(fact: HostFacts, ring: RingProbe) -> bool:
    nic = interfaces.holding(fact.interfaces, ring.address)
    return nic is not None and nic.up and nic.carrier
