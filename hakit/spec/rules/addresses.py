"""Addresses by themselves: that they can be read, that hosts can bear them, and that none is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hakit.spec.draft import Address, Draft, Interface
from hakit.spec.fault import SpecFault


@dataclass(frozen=True, kw_only=True, slots=True)
class BadAddress(SpecFault):
    """Text that is no IP address."""

    code = "HK130"
    written: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.written}' is no IP address"

    def remedy(self) -> str:
        """Say what is wanted, and why a name isn't."""
        if any(character.isalpha() for character in self.written) and ":" not in self.written:
            return "write the address itself: names may not resolve at the moment when it matters"
        return "write it as 192.168.233.11 or fd00::11, with /N behind it for the network"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnfitAddress(SpecFault):
    """An address that no cluster can use."""

    code = "HK131"
    written: str
    kind: str

    def text(self) -> str:
        """Say what kind of address it is."""
        return f"{self.written} is {self.kind}"

    def remedy(self) -> str:
        """Say what is wanted."""
        return "use an address that belongs to one host and that the others reach"


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressTwice(SpecFault):
    """One address for two rings or nodes."""

    code = "HK132"
    written: str
    other: str

    def text(self) -> str:
        """Say where it is, too."""
        return f"{self.written} is also {self.other}"


def ring_addresses(spec: Draft) -> Iterator[SpecFault]:
    """Check the nodes' addresses."""
    owners: dict[IPv4Address | IPv6Address, str] = {}
    for node in spec.nodes:
        for number, address in enumerate(node.addresses or ()):
            if address is None:
                continue
            problem = next(address_faults(spec, address), None)
            if problem or address.value is None:
                yield from [problem] if problem else []
                continue
            ip = address.value.ip
            if ip in owners:
                yield AddressTwice(place=spec.at(address.loc), written=str(ip), other=owners[ip])
            owners.setdefault(ip, f"the address of '{node.name}' in ring {number}")


def address_faults(spec: Draft, address: Address) -> Iterator[SpecFault]:
    """Check one address of a ring or a VIP by itself."""
    if address.value is None:
        if address.text:  # an empty text is a fault of structure already
            yield BadAddress(place=spec.at(address.loc), written=address.text)
        return
    kind = _unfit(address.value)
    if kind:
        yield UnfitAddress(place=spec.at(address.loc), written=address.text, kind=kind)


def _unfit(interface: Interface) -> str:  # noqa: PLR0911 - one way per kind
    ip = interface.ip
    if ip.is_loopback:
        return "a loopback address"
    if ip.is_multicast:
        return "a multicast address"
    if ip.is_unspecified:
        return "the unspecified address"
    if isinstance(ip, IPv4Address) and (ip.packed[0] == 0 or ip.is_reserved):
        return "of a range that no host can have"
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return f"{ip.ipv4_mapped} in IPv6's clothes"
    if ip.is_link_local or (isinstance(ip, IPv6Address) and ip.scope_id is not None):
        return "a link-local address, which means something else on every interface"
    if interface.network.prefixlen == 0:
        return "with /0 in a network that holds every address"
    return ""


def end_of_network(interface: Interface) -> str:
    """Say which end of its network an address is; empty when it is inside. /31 and /32 (/127, /128) have no ends."""
    network = interface.network
    if network.max_prefixlen - network.prefixlen < 2:  # noqa: PLR2004 - RFC 3021, RFC 6164
        return ""
    if interface.ip == network.network_address:
        return f"the address of the network {network} itself"
    if network.version == 4 and interface.ip == network.broadcast_address:  # noqa: PLR2004 - IPv6 has no broadcast
        return f"the broadcast address of {network}"
    return ""
