"""Virtual IPs: where clients find them, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hakit.model import VipAgent
from hakit.spec.address import end_of_network
from hakit.spec.build import vip_interface
from hakit.spec.draft import Draft, Vip
from hakit.spec.fault import SpecFault
from hakit.spec.networks import RingNetwork, ring_networks
from hakit.spec.rules.addresses import address_faults
from hakit.spec.rules.rings import EndOfNetwork

_NIC = re.compile(r"[^\s/:]{1,15}")  # IFNAMSIZ is 16 with the final NUL; dev_valid_name() of Linux refuses these


@dataclass(frozen=True, kw_only=True, slots=True)
class VipOutside(SpecFault):
    """A VIP outside ring 0's network, and no interface said for it."""

    code = "HK160"
    matters = (
        "Clients are in ring 0's network; an address outside it is reached by nobody there unless a router "
        "knows the way."
    )
    see = "ocf:heartbeat:IPaddr2, nic"
    written: str
    network: str
    assumed: bool
    ring: int | None

    def text(self) -> str:
        """Say where ring 0 is, and in which ring the VIP is instead."""
        said = " (assumed)" if self.assumed else ""
        there = f", but inside ring {self.ring}'s, which no client is in" if self.ring else ""
        return f"{self.written} is outside ring 0's network {self.network}{said}, where the clients are{there}"

    def remedy(self) -> str:
        """Say how it can be meant."""
        outside = f"if it is meant, name its interface: {{ address: {self.written}, nic: … }}"
        wider = "if that network is wider, write its prefix behind a node's address; "
        return f"{wider if self.assumed else ''}{outside}"


@dataclass(frozen=True, kw_only=True, slots=True)
class VipIsNode(SpecFault):
    """A VIP that is a node's own address."""

    code = "HK161"
    matters = "A virtual IP moves to another node; the node's own address must stay."
    written: str
    node: str

    def text(self) -> str:
        """Name the node."""
        return f"{self.written} is the address of '{self.node}'"

    def remedy(self) -> str:
        """Say what a VIP is."""
        return "a virtual IP is an address of its own, which moves"


@dataclass(frozen=True, kw_only=True, slots=True)
class VipTwice(SpecFault):
    """One VIP for two services."""

    code = "HK162"
    matters = "Two services that may run on different nodes cannot both hold one address."
    written: str
    other: str

    def text(self) -> str:
        """Name the other service."""
        return f"{self.written} is the virtual IP of '{self.other}'"

    def remedy(self) -> str:
        """Say how two units can share one."""
        return "give each service its own; a service that must share it can leave 'vip' out and use depends_on"


@dataclass(frozen=True, kw_only=True, slots=True)
class VipWithoutPrefix(SpecFault):
    """A VIP outside ring 0's network without a prefix: nothing says how wide its network is."""

    code = "HK163"
    matters = "With a wrong width the host would not find its clients, or would take strangers for neighbours."
    see = "ocf:heartbeat:IPaddr2, cidr_netmask"
    written: str

    def text(self) -> str:
        """Say what is missing."""
        return f"{self.written} has no prefix, and ring 0's doesn't apply to it"

    def remedy(self) -> str:
        """Show it."""
        return f"write {self.written}/N"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadNic(SpecFault):
    """A name that no network interface can have."""

    code = "HK164"
    matters = "IPaddr2 would fail on its first start, on every node."
    see = "ip-link(8)"
    name: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.name}' can't name a network interface"

    def remedy(self) -> str:
        """Say where the names are."""
        return "use a name that 'ip link' shows on the nodes: up to 15 characters"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckNeedsAgent(SpecFault):
    """A check of the address that IPaddr2 doesn't do."""

    code = "HK177"
    matters = "IPaddr2 takes the address without asking; the setting would have no effect."
    see = "docs/two-nodes.md"

    def text(self) -> str:
        """Say what is wrong."""
        return "IPaddr2 does not ask the network who has the address"

    def remedy(self) -> str:
        """Say what to write."""
        return "add 'agent: vip' to the address"


def vips(spec: Draft) -> Iterator[SpecFault]:
    """Check every service's VIP."""
    rings = ring_networks(spec)
    nodes = _node_addresses(spec)
    owners: dict[IPv4Address | IPv6Address, str] = {}
    for service in spec.services:
        vip = service.vip
        if vip is None:
            continue
        yield from _nic(spec, vip)
        if vip.check is not None and service.address_held_by is VipAgent.STOCK:
            yield CheckNeedsAgent(place=spec.at_key(vip.check.loc))
        wrong = next(address_faults(spec, vip.address), None)
        if wrong:
            yield wrong
        if wrong or vip.address.value is None:
            continue
        ip, place = vip.address.value.ip, spec.at(vip.address.loc)
        if ip in owners:
            yield VipTwice(place=place, written=str(ip), other=owners[ip])
        elif ip in nodes:
            yield VipIsNode(place=place, written=str(ip), node=nodes[ip])
        else:
            yield from _within(spec, vip, rings)
        owners.setdefault(ip, service.name)


def _node_addresses(spec: Draft) -> dict[IPv4Address | IPv6Address, str]:
    return {
        address.value.ip: node.name
        for node in spec.nodes
        for address in node.addresses or ()
        if address and address.value
    }


def _nic(spec: Draft, vip: Vip) -> Iterator[SpecFault]:
    if vip.nic and vip.nic.text and (vip.nic.text in {".", ".."} or not _NIC.fullmatch(vip.nic.text)):
        yield BadNic(place=spec.at(vip.nic.loc), name=vip.nic.text)


def _within(spec: Draft, vip: Vip, rings: tuple[RingNetwork, ...]) -> Iterator[SpecFault]:
    value, place = vip.address.value, spec.at(vip.address.loc)
    ring0 = rings[0] if rings else None
    if value is None or ring0 is None or ring0.network is None:
        return
    inside = value.ip in ring0.network
    if not inside and vip.nic is None:
        others = (ring.number for ring in rings[1:] if ring.network and value.ip in ring.network)
        yield VipOutside(
            place=place,
            written=vip.address.text,
            network=str(ring0.network),
            assumed=ring0.assumed,
            ring=next(others, None),
        )
    elif not inside and not vip.address.prefixed:
        yield VipWithoutPrefix(place=place, written=vip.address.text)
    else:
        end = end_of_network(vip_interface(vip, ring0.network))
        if end:
            yield EndOfNetwork(place=place, written=str(value.ip), end=end)
