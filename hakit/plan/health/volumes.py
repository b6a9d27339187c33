"""Volumes: both sides up, connected and alike; what the standby lacks, and whether it may take over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import Finding, Severity
from hakit.model import Service, Volume
from hakit.observe import drbd
from hakit.observe.drbd import Side
from hakit.plan.seen import Seen
from hakit.plan.volume import sight

_MEBIBYTE = 1 << 10  # in KiB
_SCARCE = 0.1  # of its size: less than that is told


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeSplit(Finding):
    """The two sides of a volume refuse each other: both were written to, or somebody disconnected them."""

    code = "HK324"
    severity = Severity.WARNING
    matters = (
        "Each side has data that the other lacks, and one of the two will have to be dropped. Until then nothing is "
        "replicated: what is written now is on one node only."
    )
    cure = (
        "hakit volume status shows both sides; hakit volume resolve SERVICE --keep NODE drops what the other has alone"
    )
    see = "docs/decisions/0070-volumes.md; drbdadm(8), connect --discard-my-data"
    service: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the sides of {self.service}'s volume stand apart (StandAlone on {' and '.join(self.nodes)}): a split brain"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"hakit volume status shows both sides; then: hakit volume resolve {self.service} --keep NODE"


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeApart(Finding):
    """The two sides of a volume don't reach each other."""

    code = "HK325"
    severity = Severity.WARNING
    matters = (
        "The standby doesn't get what is written now, and doesn't take over until it has it: no failover is possible."
    )
    see = "drbdadm(8)"
    service: str
    node: str
    connection: str
    disk: str
    ring: int

    def text(self) -> str:
        """Say in one line what is so."""
        stale = "" if self.disk == drbd.UP_TO_DATE else f", its data are {self.disk.lower()}"
        return f"the volume of {self.service} on {self.node} has no connection to the other side ({self.connection}){stale}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"look at ring {self.ring}, which carries it, and at the other node; they find each other by themselves then"


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeBehind(Finding):
    """One side of a volume is being brought up to date. `left` is in seconds, None when DRBD doesn't say."""

    code = "HK326"
    severity = Severity.WARNING
    matters = "Until it is through, that node can't take the service over."
    cure = "wait; hakit status says how long"
    service: str
    node: str
    how: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the volume of {self.service} on {self.node} is being brought up to date: {self.how}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "wait until it is through"


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeLost(Finding):
    """One side of a volume is down, or has lost its device, or has old data although both are connected."""

    code = "HK327"
    severity = Severity.WARNING
    matters = "The service has one copy of its data."
    cure = (
        "look at the device and at the kernel's log; with the device back, or a new blank one in its place: "
        "hakit volume resync SERVICE"
    )
    see = "drbdadm(8), attach"
    service: str
    node: str
    what: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the volume of {self.service} on {self.node} {self.what}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return (
            f"look at the device and at the kernel's log there; with the device back, or a new blank one in its place: "
            f"hakit volume resync {self.service}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeFull(Finding):
    """Little is left on a volume. `used` is in percent, `left` in MiB."""

    code = "HK337"
    severity = Severity.WARNING
    matters = "A service that can't write any more often stops, or answers with errors, and the other node can't help: it has the same data."
    cure = "remove or move what is no longer needed, for example rotated logs; hakit doesn't enlarge a volume"
    service: str
    node: str
    mount: str
    used: int
    left: int

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the volume of {self.service} on {self.node} ({self.mount}) is {self.used} % full: {self.left} MiB are left"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"remove or move what is no longer needed in {self.mount}"


def check(seen: Seen) -> Iterator[Finding]:
    """Take each running node's word for its own side."""
    for service in seen.cluster.services:
        if service.volume:
            yield from _volume(seen, service, service.volume)


def progress(side: Side) -> str:
    """Say how much a side still lacks or has to send, how fast that goes and how long it takes; empty when nothing runs."""
    if not side.syncing:
        return ""
    pace = f" at {side.speed / _MEBIBYTE:.1f} MiB/s" if side.speed else ""
    left = f", {_span(side.left)} left" if side.left is not None else ""
    return f"{side.out_of_sync / _MEBIBYTE:.1f} MiB to go{pace}{left}"


def stale(seen: Seen, service: Service, node: str) -> str:
    """Say why a node must not take the service over, by its side of the volume; empty when nothing is against it."""
    volume = service.volume
    if volume is None:
        return ""
    sides = sight.sides(seen, volume)
    side = sides.get(node)
    if side is None:
        return f"the volume is down on {node}"
    disk = sight.disk(sides, node)
    if disk != drbd.UP_TO_DATE:
        return f"its data on {node} are {disk.lower()}{f' ({how})' if (how := progress(side)) else ''}"
    if not side.linked:
        return f"the volume on {node} has no connection to the other side ({side.connection}), and may lack what was written"
    return ""


def _volume(seen: Seen, service: Service, volume: Volume) -> Iterator[Finding]:
    sides = {name: side for name, side in sight.sides(seen, volume).items() if name in seen.running}
    alone = tuple(name for name, side in sides.items() if side.connection == drbd.STANDALONE)
    if alone:
        yield VolumeSplit(service=service.name, nodes=alone)
    for name in seen.running:
        side = sides.get(name)
        if side is None:
            if service.name in _mirrored(seen):
                yield VolumeLost(service=service.name, node=name, what="is down")
        elif side.disk in drbd.GONE:
            yield VolumeLost(service=service.name, node=name, what=f"has no device any more ({side.disk})")
        elif not side.linked and not alone:
            yield VolumeApart(
                service=service.name,
                node=name,
                connection=side.connection,
                disk=sight.disk(sides, name),
                ring=volume.ring,
            )
        elif side.syncing and side.disk != drbd.UP_TO_DATE:
            yield VolumeBehind(service=service.name, node=name, how=progress(side))
        elif side.disk != drbd.UP_TO_DATE and not alone:
            yield VolumeLost(service=service.name, node=name, what=f"has old data ({side.disk})")
        yield from _space(seen, service, volume, name)


def _space(seen: Seen, service: Service, volume: Volume, node: str) -> Iterator[Finding]:
    host = seen.hosts.get(node)
    size, left = host.volumes.spaces.get(volume.mount, (0, 0)) if host else (0, 0)
    if left < size * _SCARCE:
        used = 100 - 100 * left // size
        yield VolumeFull(service=service.name, node=node, mount=volume.mount, used=used, left=left >> 20)


def _mirrored(seen: Seen) -> tuple[str, ...]:
    return render.mirrored(seen.nodes[seen.running[0]].cib) if seen.running else ()


def _span(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
