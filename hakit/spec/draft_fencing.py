"""What the spec says of fencing devices and of SBD, as far as it can be understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec import taken
from hakit.spec.place import Loc
from hakit.spec.taken import Written


@dataclass(frozen=True, slots=True)
class Device:
    """A fencing device; `secrets` has the file's path per parameter, "" for asking."""

    name: str
    loc: Loc
    agent: Written | None
    nodes: tuple[Written, ...]
    parameters: dict[str, str]
    secrets: dict[str, str]
    delay: int


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a node: the devices that have to succeed together. `index` counts from 1."""

    node: str
    loc: Loc
    index: int
    devices: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Sbd:
    """Fencing by SBD."""

    loc: Loc
    disks: tuple[Written, ...]
    watchdog: Written | None
    timeout: int | None


def device(name: str, part: dict[str, object]) -> Device:
    """Take a device."""
    loc: Loc = ("fencing", "devices", name)
    secrets = {key: taken.mapping(value).get("file", "") for key, value in taken.mapping(part.get("secrets")).items()}
    return Device(
        name=name,
        loc=loc,
        agent=taken.written(part, "agent", loc),
        nodes=taken.texts(part.get("nodes"), (*loc, "nodes")),
        parameters={key: _plain(value) for key, value in taken.mapping(part.get("parameters")).items()},
        secrets={key: file if isinstance(file, str) else "" for key, file in secrets.items()},
        delay=taken.number(part, "delay") or 0,
    )


def sbd(part: dict[str, object]) -> Sbd:
    """Take SBD."""
    loc: Loc = ("fencing", "sbd")
    return Sbd(
        loc,
        taken.texts(part.get("disks"), (*loc, "disks")),
        taken.written(part, "watchdog", loc),
        taken.number(part, "timeout"),
    )


def levels(part: dict[str, object]) -> Iterator[Level]:
    """Take the levels of all nodes."""
    for node, steps in part.items():
        for place, step in enumerate(taken.sequence(steps)):
            loc: Loc = ("fencing", "levels", node, place)
            devices = (Written(step, loc),) if isinstance(step, str) else taken.texts(step, loc)
            yield Level(node, loc, place + 1, devices)


def _plain(value: object) -> str:
    # As fence agents read it: metadata has 0 and 1 for what is on or off.
    return str(int(value)) if isinstance(value, bool) else str(value)
