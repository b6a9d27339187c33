"""A service's volume as a host has it: DRBD's file for it, DRBD's state, and the directories that shall lie on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

from hakit.core import Action, Command, Get, Outcome
from hakit.model import Cluster, Service, volume
from hakit.observe import drbd
from hakit.observe.drbd import Side

FOLDER = "/etc/drbd.d"
_LIMIT = 60  # seconds: a directory of logs may be large


class Kind(StrEnum):
    """What a place is."""

    LINK = "link"
    DIRECTORY = "directory"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """A path that is there. `target` is where a link leads; `size` (bytes) and `newest` (Unix time) are of a directory's files."""

    kind: Kind
    target: str = ""
    size: int = 0
    newest: float = 0.0
    mounted: bool = False


@dataclass(frozen=True, slots=True)
class Volumes:
    """What was seen, by service, minor or path.

    `files` has the text of DRBD's file by service ("" for none), `kept` that of one which destroy left, `sides` DRBD's
    devices by minor. `zeros` says of a device whether both of its ends are zeros, `places` what is at the paths of links
    and of what was kept of them; what is not there is missing. `spaces` has the bytes of what is mounted, and those left.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[int, Side] = field(default_factory=dict)
    zeros: Mapping[str, bool] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    spaces: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def resource_file(service: str) -> str:
    """Return the path of DRBD's file for a service's volume."""
    return f"{FOLDER}/{service}.res"


def kept_file(service: str) -> str:
    """Return where DRBD's file is kept behind a destroy, under a name that DRBD doesn't read."""
    return f"{resource_file(service)}.hakit-kept"


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Name what is asked; nothing without volumes."""
    services = _with_volumes(cluster)
    if not services:
        return ()
    mounts = [service.volume.mount for service in services if service.volume]
    plan = {"devices": list(_devices(services)), "places": list(_places(services)), "mounts": mounts}
    program = resources.files("hakit.run").joinpath("places.py").read_text("utf-8")
    look = Command(
        ("python3", "-I", "-S", "-"),
        stdin=f"{program}\nmain({json.dumps(plan)!r})\n",
        timeout=_LIMIT,
        changes_state=False,
    )
    files = (Get(path(service.name)) for path in (resource_file, kept_file) for service in services)
    return (*drbd.ACTIONS, look, *files)


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Volumes:
    """Read the outcomes of `actions`."""
    if not outcomes:
        return Volumes()
    proc, status, look, *files = outcomes
    names = [service.name for service in _with_volumes(cluster)]
    texts = [file.stdout if file.code == 0 else "" for file in files]
    found: dict[str, Any] = json.loads(look.stdout) if look.ok else {"devices": {}, "places": {}, "spaces": {}}
    return Volumes(
        files=dict(zip(names, texts[: len(names)], strict=True)),
        kept=dict(zip(names, texts[len(names) :], strict=True)),
        sides=drbd.read((proc, status)),
        zeros={path: bool(zeros) for path, zeros in found["devices"].items()},
        places={path: Place(**{**each, "kind": Kind(each["kind"])}) for path, each in found["places"].items()},
        spaces={path: (size, left) for path, (size, left) in found["spaces"].items()},
    )


def _with_volumes(cluster: Cluster) -> tuple[Service, ...]:
    return tuple(service for service in cluster.services if service.volume)


def _devices(services: Sequence[Service]) -> Iterator[str]:
    yield from dict.fromkeys(path for each in services if each.volume for _, path in each.volume.devices)


def _places(services: Sequence[Service]) -> Iterator[str]:
    for service in services:
        for path, _ in service.volume.links if service.volume else ():
            yield from (path, volume.kept(path))
