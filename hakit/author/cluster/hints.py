"""What the hosts know and the files don't; empty when only the files are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hakit.model import Volume
from hakit.model.cluster import Address, Network
from hakit.observe.host import interfaces
from hakit.observe.host.interfaces import Interface


@dataclass(frozen=True, slots=True)
class Hints:
    """What the nodes that were looked at say besides: interfaces, start at boot, addresses of names, hakit's volumes, sbd's file."""

    interfaces: Mapping[str, tuple[Interface, ...]] = field(default_factory=dict)
    autostart: bool | None = None
    addresses: Mapping[str, Address] = field(default_factory=dict)
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    sbd: str = ""

    def network(self, address: Address) -> Network | None:
        """Return the network of a node's address; None when no host was seen to have it."""
        for nics in self.interfaces.values():
            nic = interfaces.holding(nics, address)
            if nic:
                return next(entry.network for entry in nic.addresses if entry.ip == address)
        return None

    def facing(self, address: Address) -> str | None:
        """Return the interface in whose network the address lies, where all hosts call it by the same name."""
        nics = [interfaces.facing(each, address) for each in self.interfaces.values()]
        names = {nic.name if nic else None for nic in nics}
        return names.pop() if len(names) == 1 else None
