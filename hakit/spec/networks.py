"""The network of each ring: said, seen in a node's address, or assumed."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from hakit.spec.address import Address
from hakit.spec.draft import Draft

Network = IPv4Network | IPv6Network

ASSUMED = {4: 24, 6: 64}
"""The prefix of a network that nobody said, by the version of IP."""


@dataclass(frozen=True, slots=True)
class RingNetwork:
    """A ring's network, None when no address of it can be read; `assumed` when nobody said how wide it is."""

    number: int
    network: Network | None
    assumed: bool = False


def ring_networks(spec: Draft) -> tuple[RingNetwork, ...]:
    """Find out the network of every ring that a node has."""
    count = max((len(node.addresses or ()) for node in spec.nodes), default=0)
    return tuple(_ring_network(spec, number) for number in range(count))


def addresses_of(spec: Draft, number: int) -> list[Address]:
    """Return the usable addresses of one ring, in the order of the nodes."""
    lists = (node.addresses or () for node in spec.nodes)
    found = (addresses[number] for addresses in lists if number < len(addresses))
    return [address for address in found if address and address.value and not address.unfit]


def _ring_network(spec: Draft, number: int) -> RingNetwork:
    said = spec.rings[number].network if spec.rings and number < len(spec.rings) else None
    if said and said.value and said.prefixed:
        return RingNetwork(number, said.value.network)
    addresses = addresses_of(spec, number)
    for address in addresses:
        if address.prefixed and address.value:
            return RingNetwork(number, address.value.network)
    widest = _vip_network(spec, addresses) if number == 0 else None
    if widest:
        return RingNetwork(number, widest)
    for address in addresses:
        if address.value:
            wide = ip_network((address.value.ip, ASSUMED[address.value.version]), strict=False)
            return RingNetwork(number, wide, assumed=True)
    return RingNetwork(number, None)


def _vip_network(spec: Draft, addresses: list[Address]) -> Network | None:
    """Take the clients' network from the first VIP with a prefix, provided that every node is in it."""
    for service in spec.services:
        vip = service.vip.address if service.vip and service.vip.nic is None else None
        if vip and vip.value and vip.prefixed:
            network = vip.value.network
            inside = [bool(a.value and a.value.version == network.version and a.value.ip in network) for a in addresses]
            return network if inside and all(inside) and network.prefixlen else None
    return None
