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
    """What was seen: `files` has the text of DRBD's file by service ("" for none), `sides` DRBD's devices by minor.

    `zeros` says of a device whether both of its ends are zeros, `places` what is at the paths of links and of what was
    kept of them; what is not there is missing. `at_boot`: DRBD's own unit brings volumes up at boot, beside Pacemaker.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[int, Side] = field(default_factory=dict)
    zeros: Mapping[str, bool] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    at_boot: bool = False


def resource_file(service: str) -> str:
    """Return the path of DRBD's file for a service's volume."""
    return f"{FOLDER}/{service}.res"


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Name what is asked; nothing without volumes."""
    services = _with_volumes(cluster)
    if not services:
        return ()
    plan = {"devices": list(_devices(services)), "places": list(_places(services))}
    program = resources.files("hakit.run").joinpath("places.py").read_text("utf-8")
    look = Command(
        ("python3", "-I", "-S", "-"),
        stdin=f"{program}\nmain({json.dumps(plan)!r})\n",
        timeout=_LIMIT,
        changes_state=False,
    )
    boot = Command(
        ("systemctl", "is-enabled", "drbd.service"), ok_codes=frozenset(range(256)), timeout=10, changes_state=False
    )
    return (*drbd.ACTIONS, look, boot, *(Get(resource_file(service.name)) for service in services))


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Volumes:
    """Read the outcomes of `actions`."""
    if not outcomes:
        return Volumes()
    proc, status, look, boot, *files = outcomes
    found: dict[str, Any] = json.loads(look.stdout) if look.ok else {"devices": {}, "places": {}}
    return Volumes(
        files={
            service.name: file.stdout if file.code == 0 else ""
            for service, file in zip(_with_volumes(cluster), files, strict=True)
        },
        sides=drbd.read((proc, status)),
        zeros={path: bool(zeros) for path, zeros in found["devices"].items()},
        places={path: Place(**{**each, "kind": Kind(each["kind"])}) for path, each in found["places"].items()},
        at_boot=boot.stdout.strip() == "enabled",
    )


def _with_volumes(cluster: Cluster) -> tuple[Service, ...]:
    return tuple(service for service in cluster.services if service.volume)


def _devices(services: Sequence[Service]) -> Iterator[str]:
    yield from dict.fromkeys(path for each in services if each.volume for _, path in each.volume.devices)


def _places(services: Sequence[Service]) -> Iterator[str]:
    for service in services:
        for path, _ in service.volume.links if service.volume else ():
            yield from (path, volume.kept(path))
