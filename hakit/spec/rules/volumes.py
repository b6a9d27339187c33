"""What is said of a volume, each value by itself: paths, sizes, names of users."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from hakit.spec import size
from hakit.spec.draft import Draft, Volume
from hakit.spec.fault import SpecFault, did_you_mean, suggestion
from hakit.spec.taken import Written

# What needs no quotes in DRBD's files, in systemd's and in a shell.
_PATH = re.compile(r"[A-Za-z0-9_./:+=@%,-]+")
_PART = re.compile(r"[A-Za-z0-9_.:+=@%,-]+")
# adduser.conf(5), NAME_REGEX, or a number; useradd(8) takes 32 characters.
_WHO = re.compile(r"[a-z_][a-z0-9_.-]{0,31}|\d{1,9}")
# What a host needs before any cluster runs, or that isn't on a disk.
_SYSTEM = frozenset((
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt", "/proc", "/root", "/run", "/sbin", "/srv",
    "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/var", "/var/cache", "/var/lib",  # noqa: S108 - refused, not used
    "/var/log", "/var/run", "/var/spool", "/var/tmp",  # noqa: S108 - refused, not used
))  # fmt: skip
_NOT_DISKS = ("/dev", "/proc", "/run", "/sys")


@dataclass(frozen=True, kw_only=True, slots=True)
class BadVolumeValue(SpecFault):
    """A path, a size or a user's name that a volume can't have."""

    code = "HK153"
    matters = "It goes into DRBD's configuration, into the cluster's, and into commands that write to a disk."
    cure = "write what the manual's page of the spec file asks for there"
    see = "docs/spec.md"
    written: str
    problem: str
    meant: str = ""

    def text(self) -> str:
        """Name it and say why."""
        return f"'{self.written}' won't do: {self.problem}"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class OffTheVolume(SpecFault):
    """A directory of `paths` that isn't on the volume."""

    code = "HK147"
    matters = "What lies elsewhere stays on its node: the other node wouldn't have it when the service moves."
    directory: str
    mount: str

    def text(self) -> str:
        """Say where the volume is."""
        return f"{self.directory} is not on the volume, which is mounted on {self.mount}"

    def remedy(self) -> str:
        """Say how else it can get there."""
        return f"let the service write below {self.mount}, or make it a link: 'links: {{ {self.directory}: NAME }}'"


def volumes(spec: Draft) -> Iterator[SpecFault]:
    """Check every value of every volume."""
    for service in spec.services:
        if service.volume:
            yield from _words(spec, service.volume)
            yield from _directories(spec, service.volume)


def _words(spec: Draft, volume: Volume) -> Iterator[SpecFault]:
    for device in (volume.device, *volume.devices.values()):
        yield from _told(spec, device, _device_problem)
    yield from _told(spec, volume.mount, _mount_problem)
    if said := volume.words.get("size"):
        yield from _size(spec, said)
    for who in ("owner", "group"):
        yield from _told(spec, volume.words.get(who), _who_problem)


def _directories(spec: Draft, volume: Volume) -> Iterator[SpecFault]:
    mount = volume.mount.text if volume.mount else ""
    for path in volume.paths:
        if problem := _path_problem(path.text):
            yield BadVolumeValue(place=spec.at(path.loc), written=path.text, problem=problem)
        elif mount and not _mount_problem(mount) and not _below(path.text, mount):
            yield OffTheVolume(place=spec.at(path.loc), directory=path.text, mount=mount)
    for link, target in volume.links:
        if problem := _link_problem(link, mount):
            yield BadVolumeValue(place=spec.at_key(target.loc), written=link, problem=problem)
        yield from _told(spec, target, _target_problem)


def _told(spec: Draft, said: Written | None, problem_of: Callable[[str], str]) -> Iterator[SpecFault]:
    if said and said.text and (problem := problem_of(said.text)):
        yield BadVolumeValue(place=spec.at(said.loc), written=said.text, problem=problem)


def _size(spec: Draft, said: Written) -> Iterator[SpecFault]:
    found = size.parts(said.text)
    if found is None:
        problem, meant = "a size is a whole number and a unit, such as 20 GiB", ""
    elif found[1] not in size.UNITS:
        unit = suggestion(found[1], size.UNITS) or (
            f"{found[1].upper()}iB" if f"{found[1].upper()}iB" in size.UNITS else ""
        )
        problem, meant = f"there is no unit '{found[1]}' here", f"{found[0]} {unit}" if unit else ""
    else:
        return
    yield BadVolumeValue(place=spec.at(said.loc), written=said.text, problem=problem, meant=meant)


def _path_problem(text: str) -> str:
    """Say what is wrong with an absolute path; empty for nothing."""
    if not text.startswith("/"):
        return "a path begins with /"
    if not _PATH.fullmatch(text):
        bad = sorted({character for character in text if not _PATH.fullmatch(character)})
        return f"it has {' '.join(map(repr, bad))}"
    if text != str(PurePosixPath(text)) or text.startswith("//") or ".." in text.split("/"):
        return "write it without . and .., and with single slashes"
    return ""


def _device_problem(text: str) -> str:
    if problem := _path_problem(text):
        return problem
    if not text.startswith("/dev/"):
        return "a device is below /dev"
    return "DRBD lies above the device, not below it" if text.startswith("/dev/drbd") else ""


def _mount_problem(text: str) -> str:
    if problem := _path_problem(text):
        return problem
    if text in _SYSTEM:
        return "the system's own directory would be hidden below the volume"
    return "nothing is mounted there that lasts" if _below(text, *_NOT_DISKS) else ""


def _link_problem(text: str, mount: str) -> str:
    if problem := _path_problem(text):
        return problem
    if text in _SYSTEM or _below(text, *_NOT_DISKS):
        return "the system needs that directory itself"
    return "what is on the volume needs no link" if mount and (_below(text, mount) or _below(mount, text)) else ""


def _target_problem(text: str) -> str:
    if all(_PART.fullmatch(part) and part not in {".", ".."} for part in text.split("/")):
        return ""
    return "it names a directory of the volume, from its mount on, such as log or data/log"


def _who_problem(text: str) -> str:
    return "" if _WHO.fullmatch(text) else "that is no name of a user or group, nor a number"


def _below(text: str, *above: str) -> bool:
    """Say whether a path is one of these or lies in it."""
    return any(text == each or text.startswith(f"{each}/") for each in above)
