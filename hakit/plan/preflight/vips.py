"""The virtual IPs: nobody else's, and every host has an interface for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Service
from hakit.model.cluster import Address
from hakit.observe.host import interfaces
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight import membership
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class VipAnswers(Finding):
    """Some other machine has the virtual IP already; `macs` are its interfaces, `seen_from` the hosts that asked."""

    code = "HK295"
    matters = "Two owners of one address: clients reach sometimes the one, sometimes the other."
    see = "ocf:heartbeat:IPaddr2; RFC 5227"
    service: str
    address: Address
    macs: tuple[str, ...]
    seen_from: tuple[str, ...]

    def text(self) -> str:
        """Say it."""
        return (
            f"{self.address} (the virtual IP of {self.service}) is in use already: {', '.join(self.macs)} answers for it, "
            f"seen from {', '.join(self.seen_from)}"
        )

    def remedy(self) -> str:
        """Say what to do."""
        return "find the machine with that MAC and take the address from it, or choose a free one in the spec file"


@dataclass(frozen=True, kw_only=True, slots=True)
class VipLeftOver(OnHost):
    """A host has the virtual IP although no cluster has put it there."""

    code = "HK296"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "The address would be there twice as soon as the cluster puts it on another node."
    see = "ip-address(8)"
    service: str
    address: Address
    nic: str
    prefix: int

    def text(self) -> str:
        """Say it."""
        return f"{self.nic} has {self.address}, the virtual IP of {self.service}, though the cluster does not run here"

    def remedy(self) -> str:
        """Say what to do."""
        return (
            f"ip address delete {self.address}/{self.prefix} dev {self.nic}; and see that nothing configures it at boot"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class VipHomeless(OnHost):
    """The host has no interface where the virtual IP could go."""

    code = "HK297"
    matters = "A failover to this host would fail at its first step."
    see = "ocf:heartbeat:IPaddr2, nic"
    service: str
    address: Address
    nic: str

    def text(self) -> str:
        """Say it."""
        what = f"there is no interface {self.nic}" if self.nic else "no interface that is up is in the network"
        return f"{what} for {self.address}, the virtual IP of {self.service}"

    def remedy(self) -> str:
        """Say what to do."""
        if self.nic:
            return "correct `nic` in the spec file, or leave it out: hakit finds the interface of each host"
        return "give the host an address in that network, or correct `vip` in the spec file"


@dataclass(frozen=True, kw_only=True, slots=True)
class VipUnproven(OnHost):
    """The network could not be asked for the virtual IP."""

    code = "HK298"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "If somebody has the address already, it shows only when clients go astray."
    cure = "ask by hand from the host: arping -D -I NIC ADDRESS"
    see = "arping(8)"
    address: Address
    reason: str

    def text(self) -> str:
        """Say it."""
        return f"could not ask the network who has {self.address}: {self.reason}"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look for every virtual IP on the network and on the hosts."""
    for service in cluster.services:
        if service.vip is None:
            continue
        address = service.vip.interface.ip
        yield from _answers(service.name, address, facts)
        for host, fact in facts.items():
            yield from _on_host(cluster, service, fact)
            if fact.network and address in fact.network.failed and fact.system.uid == 0:
                yield VipUnproven(host=host, address=address, reason=fact.network.failed[address])


def _answers(service: str, address: Address, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    claims = {host: fact.network.claims.get(address, frozenset()) for host, fact in facts.items() if fact.network}
    yield from claimed(service, address, claims, facts)


def claimed(
    service: str, address: Address, claims: Mapping[str, frozenset[str]], facts: Mapping[str, HostFacts]
) -> Iterator[Finding]:
    """Say who else claims a virtual IP, by the MACs that each host heard.

    The nodes' own interfaces don't count: a node that has the address is found by its addresses.
    """
    own = {nic.mac for fact in facts.values() for nic in fact.interfaces}
    seen = {host: macs - own for host, macs in claims.items()}
    if macs := sorted(frozenset[str]().union(*seen.values())):
        yield VipAnswers(
            service=service,
            address=address,
            macs=tuple(macs),
            seen_from=tuple(host for host, answers in seen.items() if answers),
        )


def _on_host(cluster: Cluster, service: Service, fact: HostFacts) -> Iterator[Finding]:
    if service.vip is None:
        return
    address, nic = service.vip.interface.ip, service.vip.nic
    holder = interfaces.holding(fact.interfaces, address)
    if holder and not membership.running_ours(cluster, fact):
        prefix = next(entry.network.prefixlen for entry in holder.addresses if entry.ip == address)
        yield VipLeftOver(host=fact.host, service=service.name, address=address, nic=holder.name, prefix=prefix)
    if nic is not None and all(known.name != nic for known in fact.interfaces):
        yield VipHomeless(host=fact.host, service=service.name, address=address, nic=nic)
    elif nic is None and fact.nic(address) is None:
        yield VipHomeless(host=fact.host, service=service.name, address=address, nic="")
