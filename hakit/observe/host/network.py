"""What a host saw of the network while all hosts probed it at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hakit.model.cluster import Address


@dataclass(frozen=True, slots=True)
class RingProbe:
    """A ring as one host saw it.

    `socket` is `bound`, `busy` (somebody, as corosync, has the port), `absent` (no such address here), or an error's
    text. `asked` are the nodes that were sending at the same time, `heard` those of them that came through.
    """

    number: int
    address: Address
    port: int
    socket: str
    asked: frozenset[str]
    heard: frozenset[str]


@dataclass(frozen=True, slots=True)
class NetworkProbe:
    """What one host saw.

    `doors`: pcsd's port on each peer, `open`, `refused`, `silent` or `no way`. `claims`: the MACs of other machines
    that claim each virtual IP. `failed`: virtual IPs that couldn't be asked for, and why. `fault`: why nothing is
    known at all.
    """

    rings: tuple[RingProbe, ...] = ()
    doors: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[Address, frozenset[str]] = field(default_factory=dict)
    failed: Mapping[Address, str] = field(default_factory=dict)
    fault: str = ""
