"""Rings: each one network and one family, and no two of them the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.address import end_of_network
from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault
from hakit.spec.networks import RingNetwork, addresses_of, ring_networks


@dataclass(frozen=True, kw_only=True, slots=True)
class MixedFamilies(SpecFault):
    """IPv4 and IPv6 in one ring."""

    code = "HK133"
    matters = "A ring is one link of knet, which speaks either IPv4 or IPv6."
    see = "corosync.conf(5), ip_version"
    ring: int
    written: str
    wanted: int

    def text(self) -> str:
        """Say what the ring is."""
        return f"{self.written} in ring {self.ring}, which is IPv{self.wanted}"

    def remedy(self) -> str:
        """Say what must be so."""
        return "a ring is either IPv4 or IPv6, on every node"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideRing(SpecFault):
    """An address outside its ring's network."""

    code = "HK134"
    matters = "The nodes of a ring must reach each other without a router between them that could fail."
    cure = "correct the address, or say the ring's network with its prefix"
    ring: int
    written: str
    network: str
    assumed: bool

    def text(self) -> str:
        """Say where the ring is."""
        said = " (assumed)" if self.assumed else ""
        return f"{self.written} is outside ring {self.ring}'s network {self.network}{said}"

    def remedy(self) -> str:
        """Say how to widen an assumed network."""
        return f"if the network is another, write its prefix: {self.written}/N" if self.assumed else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RingsOverlap(SpecFault):
    """Two rings in one network: the host could send both through one interface."""

    code = "HK135"
    matters = "The kernel would send both rings through one interface: one broken cable takes both away."
    see = "corosync.conf(5), interface"
    ring: int
    network: str
    other: int
    other_network: str
    assumed: bool

    def text(self) -> str:
        """Name both."""
        said = " (assumed)" if self.assumed else ""
        return f"ring {self.ring}'s network {self.network}{said} overlaps ring {self.other}'s, {self.other_network}"

    def remedy(self) -> str:
        """Say what must be so."""
        if self.assumed:
            return "if they are apart, write the prefixes behind the addresses"
        return "rings need networks of their own, or they fail together"


@dataclass(frozen=True, kw_only=True, slots=True)
class PrefixesDiffer(SpecFault):
    """A prefix that contradicts what is said elsewhere about the ring's network."""

    code = "HK136"
    matters = "With two opinions about a network's width, a host would take a neighbour for somebody behind a router."
    cure = "write the same prefix for every address of the ring, or write it once"
    ring: int
    written: str
    network: str

    def text(self) -> str:
        """Name both."""
        return f"{self.written} says another network than {self.network}, which is said before for ring {self.ring}"


@dataclass(frozen=True, kw_only=True, slots=True)
class EndOfNetwork(SpecFault):
    """The network's own address, or its broadcast address."""

    code = "HK137"
    matters = "No host can have that address."
    see = "RFC 1122, 3.2.1.3"
    written: str
    end: str

    def text(self) -> str:
        """Say which end it is."""
        return f"{self.written} is {self.end}"

    def remedy(self) -> str:
        """Say what is wanted."""
        return "use an address inside it"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadNetwork(SpecFault):
    """Text that is no network with its prefix."""

    code = "HK138"
    matters = "The ring's network decides which addresses belong to it and on which interface a virtual IP goes."
    written: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.written}' is no network"

    def remedy(self) -> str:
        """Show one."""
        return "write it with its prefix, as 192.168.233.0/24 or fd00::/64"


def ring_options(spec: Draft) -> Iterator[SpecFault]:
    """Check the networks of the top-level `rings`."""
    for ring in spec.rings or ():
        written = ring.network
        if written and written.text and (written.value is None or not written.prefixed):
            yield BadNetwork(place=spec.at(written.loc), written=written.text)


def ring_networks_hold(spec: Draft) -> Iterator[SpecFault]:
    """Check that each ring's addresses share its network."""
    for ring in ring_networks(spec):
        yield from _families(spec, ring)
        yield from _members(spec, ring)


def rings_apart(spec: Draft) -> Iterator[SpecFault]:
    """Check that no two rings share a network."""
    known = [(ring, ring.network) for ring in ring_networks(spec) if ring.network]
    for index, (ring, network) in enumerate(known):
        for other, other_network in known[:index]:
            if network.version == other_network.version and network.overlaps(other_network):
                first = addresses_of(spec, ring.number)
                yield RingsOverlap(
                    place=spec.at(first[0].loc if first else ("rings", ring.number, "network")),
                    ring=ring.number,
                    network=str(network),
                    other=other.number,
                    other_network=str(other_network),
                    assumed=ring.assumed or other.assumed,
                )
                break


def _families(spec: Draft, ring: RingNetwork) -> Iterator[SpecFault]:
    for address in addresses_of(spec, ring.number):
        if ring.network and address.value and address.value.version != ring.network.version:
            yield MixedFamilies(
                place=spec.at(address.loc), ring=ring.number, written=address.text, wanted=ring.network.version
            )


def _members(spec: Draft, ring: RingNetwork) -> Iterator[SpecFault]:
    network = ring.network
    for address in addresses_of(spec, ring.number):
        value, place = address.value, spec.at(address.loc)
        if network is None or value is None or value.version != network.version:
            continue
        if value.ip not in network:
            yield OutsideRing(
                place=place, ring=ring.number, written=str(value.ip), network=str(network), assumed=ring.assumed
            )
        elif address.prefixed and value.network != network:
            yield PrefixesDiffer(place=place, ring=ring.number, written=address.text, network=str(network))
        else:
            end = end_of_network(type(value)((value.ip, network.prefixlen)))
            if end:
                yield EndOfNetwork(place=place, written=str(value.ip), end=end)
