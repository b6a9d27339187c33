"""The host's network interfaces and their addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from hakit.core import Action, Command, Outcome
from hakit.model.cluster import Address

ACTIONS: tuple[Action, ...] = (Command(("ip", "-json", "address", "show"), timeout=5, changes_state=False),)


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface. `mac` is empty where there is none; `carrier` is False when nothing is plugged in."""

    name: str
    mac: str
    up: bool
    carrier: bool
    addresses: tuple[IPv4Interface | IPv6Interface, ...]


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
    return next((nic for nic in interfaces if any(entry.ip == address for entry in nic.addresses)), None)


def facing(interfaces: Sequence[Interface], address: Address) -> Interface | None:
    """Return the first interface that is up and in whose network the address lies."""
    return next(
        (nic for nic in interfaces if nic.up and any(address in entry.network for entry in nic.addresses)), None
    )
