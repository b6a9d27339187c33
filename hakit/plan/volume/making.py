"""The volumes, before the cluster has them: metadata and a file system on blank devices, what is to lie on them moved there.

Each stage is looked at anew before it is done (docs/decisions/0070-volumes.md), so a run that was killed goes on. Nothing here
is done to a volume that is there already, but for its file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from hakit import render
from hakit.core import Action, Command, Put
from hakit.model import Service, Volume
from hakit.model.volume import LABEL, Filesystem, kept
from hakit.observe import drbd
from hakit.observe.host.units import DRBD
from hakit.observe.host.volumes import Kind, resource_file
from hakit.plan import boot
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.volume import sight
from hakit.plan.volume.commands import drbdadm, metadata
from hakit.plan.wanted import Wanted

_CONNECT = 60.0  # seconds for two sides that were just brought up to find each other
_MOVE = 3600.0  # seconds for a copy of what is there
_MEBIBYTE = 1 << 20


def stages(wanted: Wanted, seen: Seen) -> Iterator[Stage]:
    """Give what is missing of the volumes, in order; all of it lies before the cluster that uses them."""
    volumes = [(service, service.volume) for service in wanted.cluster.services if service.volume]
    makers: tuple[tuple[str, Callable[[Wanted, Seen, Service, Volume], Iterator[Step]]], ...] = (
        ("Describe the volumes", _described),
        ("Prepare their devices", _prepared),
        ("Bring the volumes up", _up),
        ("Wait for their other sides", _connected),
        ("Make both sides alike", _alike),
        ("Fill the volumes", _filled),
        ("Lay the directories on them", _linked),
        ("Leave the volumes to the cluster", _left),
    )
    for title, maker in makers:
        yield Stage(title, tuple(step for service, volume in volumes for step in maker(wanted, seen, service, volume)))


def _described(wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    path = resource_file(service.name)
    for name, host in seen.hosts.items():
        actions: list[Action] = []
        text = render.drbd_resource(wanted.cluster, service, host.devices.generation)
        old = host.volumes.files.get(service.name, "")
        if old != text:
            actions.append(Put(path, text))
            if volume.minor in host.volumes.sides:
                actions.append(drbdadm("adjust", service))
        if (unit := host.units.get(DRBD)) and unit.enabled:
            # It would bring volumes up beside Pacemaker; its own description says so.
            actions.append(boot.at_boot(DRBD, enabled=False))
        if actions:
            why = (
                "it differs from the spec" if old and old != text else "DRBD doesn't know it, or would start it at boot"
            )
            yield Step(f"describe the volume of {service.name} to DRBD", name, why, tuple(actions))


def _prepared(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    for name in seen.hosts:
        if not sight.owned(seen, name, volume):
            device = dict(volume.devices)[name]
            yield Step(f"write DRBD's metadata to {device}", name, "it is blank", metadata(device, service))


def _up(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    for name, host in seen.hosts.items():
        if not sight.ready(seen, service) and volume.minor not in host.volumes.sides:
            load = Command(("modprobe", "--", "drbd"), timeout=30)
            yield Step(f"bring the volume of {service.name} up", name, "it is down", (load, drbdadm("up", service)))


def _connected(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    for name, side in sight.sides(seen, volume).items():
        if not sight.ready(seen, service) and not side.linked:
            yield Step(
                f"wait for the other side of {service.name}'s volume",
                name,
                side.connection,
                (drbdadm("connect", service, any_code=True), drbdadm("wait-connect", service, timeout=_CONNECT)),
            )


def _alike(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    """Skip the first synchronization: both devices were blank, both metadata are new, and a file system comes next.

    drbdsetup(8), new-current-uuid: allowed on "Just Created" metadata only. Without it nobody could become primary.
    """
    name = sight.source(seen, service, volume)
    side = seen.hosts[name].volumes.sides.get(volume.minor)
    blank = all(not sight.formatted(seen, each, volume) for each in seen.hosts)
    if side and blank and side.disk == side.peer_disk == drbd.INCONSISTENT:
        clear = Command(("drbdadm", "new-current-uuid", "--clear-bitmap", f"{service.name}/0"), timeout=60)
        yield Step(
            f"skip the first synchronization of {service.name}'s volume", name, "both sides are new and blank", (clear,)
        )


def _filled(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    if sight.filled(seen, volume):
        return
    name = sight.source(seen, service, volume)
    places = seen.hosts[name].volumes.places
    there = {path: found for path, _ in volume.links if (found := places.get(path)) and found.kind is Kind.DIRECTORY}
    new = not sight.formatted(seen, name, volume)
    size = sum(place.size for place in there.values())
    title = f"make {volume.filesystem} on the volume of {service.name}" if new else f"fill the volume of {service.name}"
    moved = f", and copy {_said(size)} of {', '.join(there)}" if there else ""
    others = [other for other in seen.hosts if other != name and sight.newest(seen, other, volume)]
    # What lies on the other node is older, and isn't thrown away.
    aside = f"; those of {', '.join(others)} are kept there" if there and others else ""
    yield Step(
        f"{title}{moved}", name, f"it is new{aside}", tuple(_filling(service, volume, new=new, there=tuple(there)))
    )


def _filling(service: Service, volume: Volume, *, new: bool, there: tuple[str, ...]) -> Iterator[Action]:
    yield drbdadm("primary", service)
    yield Command(
        ("umount", "--", volume.mount), ok_codes=frozenset({0, 1, 32}), timeout=60
    )  # of a run that was killed
    if new:
        yield Command(("blkid", "--probe", volume.device), ok_codes=frozenset({2}), timeout=30, changes_state=False)
        quiet = ("-q", "-F") if volume.filesystem is Filesystem.EXT4 else ("-q",)
        yield Command((f"mkfs.{volume.filesystem}", *quiet, volume.device), timeout=1800)
    yield _directory(volume.mount)
    yield Command(("mount", "--types", volume.filesystem.value, "--", volume.device, volume.mount), timeout=60)
    yield from _owned(volume, volume.mount)
    for path in volume.paths:
        yield _directory(path)
        yield from _owned(volume, path)
    for path, target in volume.targets:
        yield _directory(target)
        if path in there:
            copy = ("cp", "--archive", "--no-target-directory", "--", path, target)
            yield Command(copy, timeout=_MOVE)
            yield Command(("diff", "--recursive", "--brief", "--no-dereference", "--", path, target), timeout=_MOVE)
        else:
            yield from _owned(volume, target)
    yield Command(("umount", "--", volume.mount), timeout=300)
    yield _labelled(volume)
    yield drbdadm("secondary", service)


def _owned(volume: Volume, path: str) -> Iterator[Action]:
    yield Command(("chown", "--", f"{volume.owner}:{volume.group}", path))
    yield Command(("chmod", "--", volume.mode, path))


def _labelled(volume: Volume) -> Command:
    if volume.filesystem is Filesystem.EXT4:
        return Command(("e2label", volume.device, LABEL))
    return Command(("xfs_admin", "-L", LABEL, volume.device))


def _linked(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    for name in seen.hosts:
        places = seen.hosts[name].volumes.places
        actions: list[Action] = [_directory(volume.mount)]
        for path, target in sight.unlinked(seen, name, volume):
            if path in places:
                actions.append(Command(("mv", "--no-target-directory", "--no-clobber", "--", path, kept(path))))
            else:
                actions.append(_directory(str(PurePosixPath(path).parent)))
            actions.append(Command(("ln", "--symbolic", "--no-target-directory", "--", target, path)))
        if len(actions) > 1:
            some = ", ".join(path for path, _ in sight.unlinked(seen, name, volume))
            held = [kept(path) for path, _ in sight.unlinked(seen, name, volume) if path in places]
            why = f"what is there stays as {', '.join(held)}" if held else "it is not there"
            yield Step(f"make {some} a link to the volume of {service.name}", name, why, tuple(actions))


def _left(_wanted: Wanted, seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    """Let go of what a run that was killed held; Pacemaker alone promotes."""
    if any(service.name in render.mirrored(cib) for name in seen.started if (cib := seen.nodes[name].cib)):
        return
    for name, side in sight.sides(seen, volume).items():
        if side.role == drbd.PRIMARY:
            unmount = Command(("umount", "--", volume.mount), ok_codes=frozenset({0, 1, 32}), timeout=300)
            yield Step(
                f"make the volume of {service.name} secondary",
                name,
                "only Pacemaker makes it primary",
                (unmount, drbdadm("secondary", service)),
            )


def _directory(path: str) -> Command:
    return Command(("mkdir", "--parents", "--", path))


def _said(size: int) -> str:
    return f"{size / _MEBIBYTE:.1f} MiB"
