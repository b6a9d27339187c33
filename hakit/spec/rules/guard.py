"""The guard's targets: addresses, and of nobody whose own cut would look like the node's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault


@dataclass(frozen=True, kw_only=True, slots=True)
class BadTarget(SpecFault):
    """A target that is no address."""

    code = "HK175"
    matters = "No name server may decide about a failover: it may be beyond the very network that is lost."
    cure = "write an address, such as that of the gateway"
    target: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.target}' is not an IP address"


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetInTheCluster(SpecFault):
    """A target that is a node's own address, or a service's."""

    code = "HK176"
    matters = (
        "When one node is cut off, none reaches the other: who asks the other can't tell which of the two it is. And a"
        " service's address is on the node that asks."
    )
    see = "docs/decisions/0041-path-guard.md"
    target: str
    whose: str

    def text(self) -> str:
        """Say whose it is."""
        return f"{self.target} belongs to '{self.whose}', and can't tell which node is cut off"

    def remedy(self) -> str:
        """Say what is possible."""
        return "name a third host: the gateway, or another server in that network that answers pings"


def guard(spec: Draft) -> Iterator[SpecFault]:
    """Check the targets."""
    owners = dict(_owners(spec))
    for target in spec.guard.targets if spec.guard else ():
        place = spec.at(target.loc)
        try:
            address = ip_address(target.text)
        except ValueError:
            if target.text:
                yield BadTarget(place=place, target=target.text)
            continue
        if address in owners:
            yield TargetInTheCluster(place=place, target=target.text, whose=owners[address])


def _owners(spec: Draft) -> Iterator[tuple[IPv4Address | IPv6Address, str]]:
    for node in spec.nodes:
        yield from ((each.value.ip, node.name) for each in node.addresses or () if each and each.value)
    for service in spec.services:
        if service.vip and service.vip.address.value:
            yield service.vip.address.value.ip, service.name
