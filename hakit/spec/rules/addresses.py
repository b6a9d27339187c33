"""Addresses by themselves: that they can be read, that hosts can bear them, and that none is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hakit.spec.address import Address
from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault


@dataclass(frozen=True, kw_only=True, slots=True)
class BadAddress(SpecFault):
    """Text that is no IP address."""

    code = "HK130"
    matters = (
        "A name server may be gone at the very moment when the cluster has to act, so rings and virtual IPs "
        "are addresses."
    )
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
    matters = (
        "An address that other hosts cannot reach, or that means another host elsewhere, makes no ring and "
        "serves no client."
    )
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
    matters = "Two rings or nodes with one address fail together, or answer for each other."
    cure = "give each ring of each node an address of its own"
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
    if address.unfit:
        yield UnfitAddress(place=spec.at(address.loc), written=address.text, kind=address.unfit)
