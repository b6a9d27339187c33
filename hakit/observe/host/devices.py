"""The devices that volumes shall lie on, and the disks of SBD, as the host has them: size, what is on them, who uses them; and DRBD's module."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hakit.core import Action, Command, Outcome
from hakit.model import Cluster
from hakit.model.drbd import Generation
from hakit.observe.host import sbd

_ANY_CODE = frozenset(range(256))
_MODULE = Command(("modinfo", "--field", "version", "drbd"), ok_codes=_ANY_CODE, timeout=10, changes_state=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A block device. `signatures` are what wipefs(8) finds, each with its label; `used` says who is above it or where it is mounted.

    `size` is in bytes. DRBD that lies on it is not among `used`.
    """

    size: int
    signatures: tuple[tuple[str, str], ...] = ()
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Devices:
    """What was seen: the `module` of DRBD by its version ("" for none), and the devices by path; None for none of that path."""

    module: str = ""
    found: Mapping[str, Device | None] = field(default_factory=dict)

    @property
    def generation(self) -> Generation:
        """The module's generation, which says how DRBD's files are written; 8.4 where there is none."""
        return Generation.NINE if self.module.startswith("9") else Generation.EIGHT


def asked(cluster: Cluster) -> tuple[str, ...]:
    """Name the paths of all nodes, each once: every host is asked for all."""
    volumes = (service.volume for service in cluster.services if service.volume)
    return tuple(dict.fromkeys((*(path for volume in volumes for _, path in volume.devices), *sbd.disks(cluster))))


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Ask for the module and the devices; nothing is asked where there are neither volumes nor disks of SBD."""
    paths = asked(cluster)
    return (_MODULE, *(action for path in paths for action in _about(path))) if paths else ()


def _about(path: str) -> tuple[Action, ...]:
    columns = "NAME,SIZE,TYPE,MOUNTPOINT"
    commands = (
        # What DRBD writes goes past the cache of the device below it, which would show what was there before.
        ("blockdev", "--flushbufs", path),
        ("lsblk", "--json", "--bytes", "--paths", "--output", columns, path),
        ("wipefs", "--no-act", "--json", path),
    )
    return tuple(Command(argv, ok_codes=_ANY_CODE, timeout=20, changes_state=False) for argv in commands)


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Devices:
    """Read the outcomes of `actions`."""
    if not outcomes:
        return Devices()
    module, *rest = outcomes
    pairs = zip(rest[1::3], rest[2::3], strict=True)
    found = {path: _device(block, marks) for path, (block, marks) in zip(asked(cluster), pairs, strict=True)}
    # A module without a version is there all the same, and is the kernel's own.
    version = module.stdout.strip() or "8.4"
    return Devices(version if module.code == 0 else "", found)


def _device(block: Outcome, marks: Outcome) -> Device | None:
    if block.code or not block.stdout.strip():
        return None
    (whole,) = json.loads(block.stdout)["blockdevices"][:1]
    said = json.loads(marks.stdout or "{}").get("signatures", []) if marks.code == 0 else []
    return Device(
        size=int(whole["size"]),
        signatures=tuple((str(each["type"]), str(each.get("label") or "")) for each in said),
        used=(*_users(whole), *(() if marks.code == 0 else ("wipefs can't look into it",))),
    )


def _users(block: Mapping[str, object]) -> Iterator[str]:
    if block.get("mountpoint"):
        yield f"mounted on {block['mountpoint']}"
    children = block.get("children")
    for child in children if isinstance(children, list) else ():
        if not str(child["name"]).startswith("/dev/drbd"):
            yield f"{child['type']} {child['name']}"
