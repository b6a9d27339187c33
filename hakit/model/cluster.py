"""The cluster as declared: nodes, rings, fencing, services."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hakit.model.alert import Alert
from hakit.model.fencing import Fencing
from hakit.model.quorum import USUAL as USUAL_QUORUM
from hakit.model.quorum import Quorum
from hakit.model.service import Service
from hakit.model.timing import PROFILE, PROFILES, Timing
from hakit.model.tool import Tool

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Node:
    """A cluster node. `id` is Corosync's nodeid, from 1; `addresses` has one address per ring, in order."""

    name: str
    id: int
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring, that is, a knet link. `number` from 0; a higher `priority` is used first (knet_link_priority)."""

    number: int
    network: Network
    priority: int
    mcastport: int


@dataclass(frozen=True, slots=True)
class Guard:
    """How a node finds out that it has lost its clients: no carrier, or no answer of any target for `timeout` seconds."""

    targets: tuple[Address, ...]
    timeout: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """The whole spec, with every default filled in. `autostart`: the cluster starts when a node boots.

    `tool` is not in the spec: it is what the person at the keyboard wants the cluster driven with.
    """

    name: str
    nodes: tuple[Node, ...]
    rings: tuple[Ring, ...]
    fencing: Fencing
    services: tuple[Service, ...] = ()
    timing: Timing = PROFILES[PROFILE]
    autostart: bool = True
    tool: Tool = Tool.AUTO
    alerts: tuple[Alert, ...] = ()
    quorum: Quorum = USUAL_QUORUM
    guard: Guard | None = None

    def guards(self, service: Service) -> bool:
        """Say whether the guard judges for the service: its clients come by ring 0's network."""
        return bool(self.guard and service.vip and service.vip.interface.ip in self.rings[0].network)

    def node(self, name: str) -> Node:
        """Return the node of that name. Raises KeyError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def service(self, name: str) -> Service:
        """Return the service of that name. Raises KeyError."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)
