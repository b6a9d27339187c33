"""What was seen of a volume on its nodes: whose device it is, how far it is made, what lies on it."""

from __future__ import annotations

from collections.abc import Mapping

from hakit.model import Service, Volume
from hakit.model.volume import LABEL
from hakit.observe import drbd
from hakit.observe.drbd import Side
from hakit.observe.host.volumes import Kind
from hakit.plan.seen import Seen


def ready(seen: Seen, service: Service) -> bool:
    """Say whether a service's volume is made: on both devices, with its file system, and the directories laid on it."""
    volume = service.volume
    if volume is None:
        return True
    return filled(seen, volume) and all(
        owned(seen, name, volume) and not unlinked(seen, name, volume) for name in seen.hosts
    )


def source(seen: Seen, service: Service, volume: Volume) -> str:
    """Name the node whose directories go onto the volume: where they were written last; without any, the preferred one.

    One that is linked already has given them.
    """
    names = [node.name for node in seen.cluster.nodes if node.name in seen.hosts]
    for name in names:
        if any(is_link(seen, name, path, target) for path, target in volume.targets):
            return name
    first = service.prefer if service.prefer in names else names[0]
    return max(names, key=lambda name: (newest(seen, name, volume), name == first))


def newest(seen: Seen, name: str, volume: Volume) -> float:
    """Say when the newest file was written of what shall lie on the volume (Unix time; 0 for none)."""
    places = seen.hosts[name].volumes.places
    return max((place.newest for path, _ in volume.links if (place := places.get(path))), default=0.0)


def sides(seen: Seen, volume: Volume) -> dict[str, Side]:
    """Give what each node's DRBD says of it; nothing of a node where it is down."""
    found = {name: host.volumes.sides.get(volume.minor) for name, host in seen.hosts.items()}
    return {name: side for name, side in found.items() if side}


def whole(sides_: Mapping[str, Side]) -> bool:
    """Say whether both sides were seen, and have everything."""
    return len(sides_) > 1 and all(side.whole for side in sides_.values())


def disk(sides_: Mapping[str, Side], name: str) -> str:
    """Say in DRBD's word how good a node's data are: by its own side, unless the other side knows better.

    One that was cut off doesn't know that it is stale; the primary does, by the handler that has barred it.
    """
    side = sides_[name]
    others = (other for each, other in sides_.items() if each != name)
    barred = not side.linked and any(other.peer_disk == drbd.OUTDATED for other in others)
    return drbd.OUTDATED if barred else side.disk


def owned(seen: Seen, name: str, volume: Volume) -> bool:
    """Say whether DRBD's metadata are on the node's device."""
    return any(kind == "drbd" for kind, _ in _signatures(seen, name, volume))


def formatted(seen: Seen, name: str, volume: Volume) -> bool:
    """Say whether there is a file system on the node's side, ready or not."""
    return any(kind == volume.filesystem for kind, _ in _signatures(seen, name, volume))


def filled(seen: Seen, volume: Volume) -> bool:
    """Say whether the file system is ready on one side; the other's device may be new."""
    return any((volume.filesystem.value, LABEL) in _signatures(seen, name, volume) for name in seen.hosts)


def _signatures(seen: Seen, name: str, volume: Volume) -> tuple[tuple[str, str], ...]:
    device = seen.hosts[name].devices.found.get(dict(volume.devices).get(name, ""))
    return device.signatures if device else ()


def unlinked(seen: Seen, name: str, volume: Volume) -> tuple[tuple[str, str], ...]:
    """Give the links that the node lacks, each with where it has to lead."""
    return tuple((path, target) for path, target in volume.targets if not is_link(seen, name, path, target))


def is_link(seen: Seen, name: str, path: str, target: str) -> bool:
    """Say whether the path leads there."""
    place = seen.hosts[name].volumes.places.get(path)
    return place is not None and place.kind is Kind.LINK and place.target == target


def plain(sides: Mapping[str, Side]) -> dict[str, dict[str, object]]:
    """Give the sides as plain data, for programs."""
    return {
        node: {
            "role": side.role,
            "disk": disk(sides, node),
            "connection": side.connection,
            "out_of_sync_kib": side.out_of_sync,
            "speed_kib_per_second": side.speed,
            "seconds_left": side.left,
        }
        for node, side in sides.items()
    }
