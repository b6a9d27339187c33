"""The rings' addresses: on the hosts, on interfaces that are up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster
from hakit.model.cluster import Address
from hakit.observe.host import interfaces
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressMissing(OnHost):
    """A ring's address isn't on the host; `nearest` names an interface in that network, or is empty."""

    code = "HK230"
    matters = "Corosync binds a ring to exactly this address; without it the ring is down from the start."
    see = "corosync.conf(5), ringX_addr"
    ring: int
    address: Address
    nearest: str = ""
    on: tuple[str, ...] = ()

    def text(self) -> str:
        """Say it."""
        elsewhere = f"; it is on {', '.join(self.on)}" if self.on else ""
        return f"ring {self.ring}: none of its interfaces has {self.address}{elsewhere}"

    def remedy(self) -> str:
        """Say what to do."""
        where = f"on {self.nearest}" if self.nearest else "on the interface of that network"
        return f"give the host this address {where} (permanently), or correct `rings` of {self.host} in the spec file"


@dataclass(frozen=True, kw_only=True, slots=True)
class InterfaceDown(OnHost):
    """A ring's interface is switched off or has no carrier."""

    code = "HK231"
    severity: ClassVar[Severity] = Severity.ERROR
    matters = "The ring would be down from the start; with one ring only, so would the cluster."
    ring: int
    nic: str
    carrier: bool

    def text(self) -> str:
        """Say it."""
        state = "is down" if self.carrier else "has no link (no carrier)"
        return f"ring {self.ring}: {self.nic} {state}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"ip link set {self.nic} up" if self.carrier else f"look at cable and switch port of {self.nic}"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look for every ring's address on its host."""
    for host, fact in facts.items():
        for number, address in enumerate(cluster.node(host).addresses):
            nic = interfaces.holding(fact.interfaces, address)
            if nic is None:
                near = fact.nic(address)
                on = tuple(other for other, seen in facts.items() if other != host and seen.has(address))
                yield AddressMissing(host=host, ring=number, address=address, nearest=near.name if near else "", on=on)
            elif not nic.up or not nic.carrier:
                yield InterfaceDown(host=host, ring=number, nic=nic.name, carrier=nic.carrier)
