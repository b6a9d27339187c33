"""The host's network interfaces and their addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from hakit.core import Action, Command, Outcome
from hakit.model.cluster import Address, Network

ACTIONS: tuple[Action, ...] = (Command(("ip", "-json", "address", "show"), timeout=5, changes_state=False),)


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface. `mac` is empty where there is none; `carrier` is False when nothing is plugged in.

    `holds` and `faces` are its addresses and their networks: it may hold hundreds of virtual IPs of a few networks.
    """

    name: str
    mac: str
    up: bool
    carrier: bool
    addresses: tuple[IPv4Interface | IPv6Interface, ...]
    holds: frozenset[Address] = field(init=False, repr=False, compare=False)
    faces: tuple[Network, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the addresses out, once."""
        object.__setattr__(self, "holds", frozenset(entry.ip for entry in self.addresses))
        object.__setattr__(self, "faces", tuple(dict.fromkeys(entry.network for entry in self.addresses)))


def read(outcomes: Sequence[Outcome]) -> tuple[Interface, ...]:
    """Read the outcome of ACTIONS: iproute2's JSON, in which unknown members are ignored."""
    (outcome,) = outcomes
    return tuple(
        Interface(
            name=str(link["ifname"]),
            mac=str(link.get("address", "")),
            up="UP" in link.get("flags", ()),
            carrier="NO-CARRIER" not in link.get("flags", ()),
            addresses=tuple(
                ip_interface(f"{entry['local']}/{entry['prefixlen']}")
                for entry in link.get("addr_info", ())
                if "local" in entry
            ),
        )
        for link in json.loads(outcome.stdout or "[]")
        if "ifname" in link
    )


def holding(interfaces: Sequence[Interface], address: Address) -> Interface | None:
    """Return the interface that has the address."""
    return next((nic for nic in interfaces if address in nic.holds), None)


def facing(interfaces: Sequence[Interface], address: Address) -> Interface | None:
    """Return the first interface that is up and in whose network the address lies."""
    return next((nic for nic in interfaces if nic.up and any(address in network for network in nic.faces)), None)
