"""Volumes: DRBD's module, and on each node a device that is large enough and has nothing on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Service, Volume
from hakit.model.volume import kept, said
from hakit.observe.host.devices import Device
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.volumes import Kind, Place
from hakit.plan.preflight.place import OnHost

_GIB = 1 << 30
# What DRBD itself leaves at the device's end. Whose it is, its file says and not the device.
_DRBD = "drbd"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoDrbd(OnHost):
    """A host of a volume without DRBD's kernel module."""

    code = "HK285"
    matters = "Without the module there is no replicated device, and the service can't run here."
    see = "modinfo(8); docs/decisions/0070-volumes.md"

    def text(self) -> str:
        """Say it."""
        return "the kernel has no module drbd"

    def remedy(self) -> str:
        """Say what to do."""
        return "use a kernel of Debian's own (linux-image-amd64 or linux-image-cloud-amd64), which has it"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceMissing(OnHost):
    """A volume's device that isn't there."""

    code = "HK286"
    matters = "The volume has its copy there; hakit makes no partitions and no logical volumes."
    see = "lsblk(8)"
    service: str
    device: str

    def text(self) -> str:
        """Say it."""
        return f"there is no block device {self.device} for the volume of {self.service}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"make it, or name another under services.{self.service}.volume.device: lsblk shows which there are"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceTooSmall(OnHost):
    """A volume's device that is smaller than the spec asks for; sizes in bytes."""

    code = "HK287"
    matters = "A volume is as large as its smaller device."
    service: str
    device: str
    size: int
    wanted: int

    def text(self) -> str:
        """Say it."""
        return f"{self.device} for the volume of {self.service} has {_gib(self.size)}, and {_gib(self.wanted)} are asked for"

    def remedy(self) -> str:
        """Say what to do."""
        return "use a larger one (lvextend, for a logical volume), or ask for less"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceNotBlank(OnHost):
    """A volume's device that holds something, or that something uses."""

    code = "HK288"
    matters = (
        "Whatever is on it would be destroyed. hakit writes to blank devices only, and has no option to do otherwise."
    )
    see = "wipefs(8); docs/decisions/0070-volumes.md"
    service: str
    device: str
    contents: tuple[str, ...]

    def text(self) -> str:
        """Say what is there."""
        return f"{self.device} for the volume of {self.service} is not blank: {', '.join(self.contents)}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"name another device; or, if nobody needs that any more, wipe it yourself: wipefs --all {self.device}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceSizesDiffer(Finding):
    """The devices of a volume have different sizes; `sizes` maps nodes to them."""

    code = "HK289"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "A volume is as large as its smaller device; what the other has beyond that lies idle."
    cure = "nothing; or make them alike"
    service: str
    sizes: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """Say it."""
        return f"the devices of {self.service}'s volume differ: {', '.join(f'{size} on {host}' for host, size in self.sizes)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceTaken(OnHost):
    """A path that shall become a link to the volume, or the one beside it for what is kept, is something else."""

    code = "HK293"
    matters = "hakit moves directories; it doesn't guess what else may be done with what it finds."
    see = "docs/decisions/0070-volumes.md"
    service: str
    path: str
    what: str

    def text(self) -> str:
        """Say what it is."""
        return f"{self.path} is {self.what}; the volume of {self.service} wants its place"

    def remedy(self) -> str:
        """Say what to do."""
        return f"look at it, and move it away, or leave it out of services.{self.service}.volume.links"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModulesDiffer(Finding):
    """The nodes' kernels have DRBD modules of different generations; `versions` maps nodes to them."""

    code = "HK294"
    matters = "Pacemaker's handlers and DRBD's files differ between them, and hakit has tried only alike ones."
    cure = "give both nodes the same kernel"
    versions: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """Say it."""
        return f"DRBD's modules differ: {', '.join(f'{version} on {host}' for host, version in self.versions)}"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Judge the module of each host and the devices of each volume."""
    volumes = [(service, service.volume) for service in cluster.services if service.volume]
    for host, fact in facts.items():
        if volumes and not fact.devices.module:
            yield NoDrbd(host=host)
    if volumes and len({fact.devices.generation for fact in facts.values() if fact.devices.module}) > 1:
        yield ModulesDiffer(versions=tuple((host, fact.devices.module) for host, fact in facts.items()))
    for service, volume in volumes:
        seen = {host: _on(fact, volume) for host, fact in facts.items()}
        for host in seen:
            yield from on_device(facts[host], service, volume)
            yield from _places(facts[host], service, volume)
        sizes = {host: device.size for host, device in seen.items() if device}
        if len(set(sizes.values())) > 1:
            told = tuple((host, _gib(size)) for host, size in sizes.items())
            yield DeviceSizesDiffer(service=service.name, sizes=told)


def _on(fact: HostFacts, volume: Volume) -> Device | None:
    return fact.devices.found.get(dict(volume.devices).get(fact.host, ""))


def on_device(fact: HostFacts, service: Service, volume: Volume) -> Iterator[OnHost]:
    """Say what speaks against a host's device: that there is none, that it is too small, that it holds something else."""
    host, path, device = fact.host, dict(volume.devices).get(fact.host, ""), _on(fact, volume)
    if device is None:
        yield DeviceMissing(host=host, service=service.name, device=path)
        return
    if volume.size is not None and device.size < volume.size:
        yield DeviceTooSmall(
            host=host, service=service.name, device=path, size=device.size, wanted=volume.size
        )  # fmt: skip
    marks = tuple(f"{kind} '{label}'" if label else kind for kind, label in device.signatures)
    texts = (seen.get(service.name, "") for seen in (fact.volumes.files, fact.volumes.kept))
    ours = any((host, path) in known.devices for text in texts if (known := said(text)))
    if _DRBD in marks and ours:
        marks = ()  # the volume itself, or what a run that was killed has made of it
    elif not marks and not fact.volumes.zeros.get(path, False):
        marks = ("data of an unknown kind at its beginning or end",)
    contents = (*marks, *device.used)
    if contents:
        yield DeviceNotBlank(host=host, service=service.name, device=path, contents=contents)


def _places(fact: HostFacts, service: Service, volume: Volume) -> Iterator[Finding]:
    for path, target in volume.targets:
        place, held = fact.volumes.places.get(path), fact.volumes.places.get(kept(path))
        done = place is not None and place.kind is Kind.LINK and place.target == target
        what = "" if done or place is None else _other(place)
        if what:
            yield PlaceTaken(host=fact.host, service=service.name, path=path, what=what)
        elif not done and place is not None and held is not None:
            yield PlaceTaken(host=fact.host, service=service.name, path=kept(path), what="there already")


def _other(place: Place) -> str:
    """Say what a place is that can't be moved; empty for a directory."""
    match place.kind:
        case Kind.LINK:
            return f"a link to {place.target}"
        case Kind.OTHER:
            return "no directory"
        case Kind.DIRECTORY:
            return "a mount point" if place.mounted else ""


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f} GiB" if size >= _GIB // 10 else f"{size / (1 << 20):.1f} MiB"
