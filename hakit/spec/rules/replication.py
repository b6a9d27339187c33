"""Where volumes are and what they share: two nodes, a ring, ports, devices, directories; and how their services may move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model import Switchback
from hakit.model.volume import PORT, REPLICAS
from hakit.spec.draft import Draft, Service, Volume
from hakit.spec.fault import SpecFault, suggestion
from hakit.spec.networks import ring_networks
from hakit.spec.rules.placement import UnknownNode
from hakit.spec.taken import Written


@dataclass(frozen=True, kw_only=True, slots=True)
class NoDevice(SpecFault):
    """A node for which a volume names no device."""

    code = "HK154"
    matters = "Each node holds a copy of the volume, and needs a device for it."
    node: str

    def text(self) -> str:
        """Name the node."""
        return f"there is no device for '{self.node}'"

    def remedy(self) -> str:
        """Say what to write."""
        return f"add '{self.node}: /dev/…'; one path without names stands for both nodes"


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenByAnother(SpecFault):
    """A directory, device or port of a volume that another volume has, or that lies in the other's."""

    code = "HK155"
    matters = "Volumes move apart from each other: what one of them needs can't lie in another, nor be the same."
    what: str
    owner: str
    free: int = 0

    def text(self) -> str:
        """Name whose it is."""
        return f"{self.what} is in use by the volume of '{self.owner}'"

    def remedy(self) -> str:
        """Say what is free."""
        return f"say another: 'port: {self.free}'" if self.free else "use another"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoSuchRing(SpecFault):
    """A ring for the replication that the nodes don't have."""

    code = "HK156"
    matters = "The volume's copies reach each other by the nodes' addresses in that ring."
    ring: int
    rings: int

    def text(self) -> str:
        """Name it."""
        return f"there is no ring {self.ring}"

    def remedy(self) -> str:
        """Say which there are."""
        return f"the nodes have ring 0 to {self.rings - 1}" if self.rings > 1 else "the nodes have ring 0 only"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTwoNodes(SpecFault):
    """A volume in a cluster of more than two nodes."""

    code = "HK157"
    matters = "DRBD 8.4, which Debian's kernels have, keeps two copies; a third node couldn't run the service."
    cure = "make a cluster of two nodes for the services with volumes"
    see = "docs/decisions/0070-volumes.md"
    nodes: int

    def text(self) -> str:
        """Count them."""
        return f"a volume has its copies on two nodes, and the cluster has {self.nodes}"


@dataclass(frozen=True, kw_only=True, slots=True)
class HotOnAVolume(SpecFault):
    """A volume of a service that runs on every node."""

    code = "HK158"
    matters = "A volume is mounted on one node at a time; written on two, an ordinary file system is destroyed."
    see = "docs/decisions/0070-volumes.md"

    def text(self) -> str:
        """Say what doesn't fit."""
        return "a service that runs on every node can't have a volume, which is mounted on one"

    def remedy(self) -> str:
        """Say what to do."""
        return "let it run cold"


@dataclass(frozen=True, kw_only=True, slots=True)
class BackWithAVolume(SpecFault):
    """A service with a volume that would go back by itself."""

    code = "HK159"
    matters = (
        "A node that returns has stale data until the copies are alike again; a service that moves there by itself would"
        " be moved at the worst of times."
    )
    see = "docs/decisions/0070-volumes.md"

    def text(self) -> str:
        """Say what doesn't fit."""
        return "a service with a volume never goes back by itself"

    def remedy(self) -> str:
        """Say what to do."""
        return "leave 'switchback' out, and use 'hakit switchover' when the copies are alike"


def replication(spec: Draft) -> Iterator[SpecFault]:
    """Check every volume against the nodes, the rings, its service and the other volumes."""
    rings = len(ring_networks(spec))
    owners: dict[tuple[str, str], str] = {}
    ports = {_port(service.volume) for service in spec.services if service.volume}
    for service in spec.services:
        volume = service.volume
        if volume is None:
            continue
        yield from _nodes(spec, volume)
        yield from _moving(spec, service)
        if volume.ring is not None and rings and volume.ring >= rings:
            yield NoSuchRing(place=spec.at((*volume.loc, "ring")), ring=volume.ring, rings=rings)
        yield from _shared(spec, volume, service.name, owners)
        owner = owners.setdefault(("port", str(_port(volume))), service.name)
        if owner != service.name:
            free = next(port for port in range(PORT, PORT + len(ports) + 2) if port not in ports)
            ports.add(free)
            place = spec.at(volume.loc) if volume.port is None else spec.at((*volume.loc, "port"))
            yield TakenByAnother(place=place, what=f"port {_port(volume)}", owner=owner, free=free)


def _port(volume: Volume) -> int:
    return PORT if volume.port is None else volume.port


def _nodes(spec: Draft, volume: Volume) -> Iterator[SpecFault]:
    names = [node.name for node in spec.nodes]
    if len(names) > REPLICAS:
        yield NotTwoNodes(place=spec.at_key(volume.loc), nodes=len(names))
    for name, device in volume.devices.items():
        if name not in names:
            yield UnknownNode(place=spec.at_key(device.loc), name=name, meant=suggestion(name, names))
    if volume.devices and set(volume.devices) <= set(names):
        place = spec.at_key((*volume.loc, "device"))
        yield from (NoDevice(place=place, node=name) for name in names if name not in volume.devices)


def _moving(spec: Draft, service: Service) -> Iterator[SpecFault]:
    if service.hot:
        yield HotOnAVolume(place=spec.at((*service.loc, "run")))
    if service.switchback and service.switchback.text == Switchback.AUTOMATIC:
        yield BackWithAVolume(place=spec.at(service.switchback.loc))


def _shared(spec: Draft, volume: Volume, service: str, owners: dict[tuple[str, str], str]) -> Iterator[SpecFault]:
    """Check what no two volumes may share, and note in `owners` whose it is."""
    for node in spec.nodes:
        device = volume.device or volume.devices.get(node.name)
        if device:
            yield from _once(spec, device, (node.name, device.text), service, owners)
    if volume.mount:
        yield from _apart(spec, volume.mount, service, owners)
    for link, target in volume.links:
        yield from _apart(spec, Written(link, target.loc), service, owners, key=True)


def _once(
    spec: Draft, said: Written, what: tuple[str, str], service: str, owners: dict[tuple[str, str], str]
) -> Iterator[SpecFault]:
    owner = owners.setdefault(what, service)
    if owner != service:
        yield TakenByAnother(place=spec.at(said.loc), what=said.text, owner=owner)


def _apart(
    spec: Draft, said: Written, service: str, owners: dict[tuple[str, str], str], *, key: bool = False
) -> Iterator[SpecFault]:
    path = said.text.rstrip("/")
    for (kind, other), owner in owners.items():
        if kind == "" and owner != service and (f"{path}/".startswith(f"{other}/") or other.startswith(f"{path}/")):
            place = spec.at_key(said.loc) if key else spec.at(said.loc)
            yield TakenByAnother(place=place, what=said.text, owner=owner)
            return
    owners.setdefault(("", path), service)
