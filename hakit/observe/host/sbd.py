"""SBD as a host has it: its file, its watchdog, and what is written on its disks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hakit.core import Action, Command, Get, Outcome
from hakit.model import Cluster, SbdFencing, sbd

_ANY_CODE = frozenset(range(256))
# sbd(8), dump; as sbd 1.5.2 prints it.
_FIELD = re.compile(r"^(UUID|Timeout \((?:watchdog|msgwait)\))\s*: (\S+)$", re.MULTILINE)
# sbd(8): it uses roughly the first megabyte.
_USED = 1 << 20
_PER_DISK = 3


@dataclass(frozen=True, slots=True)
class Header:
    """What identifies a disk of SBD's, and its times in seconds; one that sbd 1.0 or older made has no `uuid`."""

    uuid: str
    watchdog: int
    msgwait: int


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk: its `header` (None: no SBD disk, or not readable), the message in each node's slot, whether its beginning is zeros."""

    header: Header | None
    slots: Mapping[str, str] = field(default_factory=dict)
    zeros: bool = False


@dataclass(frozen=True, slots=True)
class Sbd:
    """What was seen: the texts of sbd's file and of our drop-in for its unit ("" for none), the watchdog, the disks by path."""

    file: str = ""
    drop_in: str = ""
    watchdog: bool = False
    disks: Mapping[str, Disk] = field(default_factory=dict)


def disks(cluster: Cluster) -> tuple[str, ...]:
    """Name SBD's disks; none where it has none, or isn't wanted."""
    return cluster.fencing.disks if isinstance(cluster.fencing, SbdFencing) else ()


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Name what is asked; nothing where SBD isn't wanted."""
    fencing = cluster.fencing
    if not isinstance(fencing, SbdFencing):
        return ()
    watchdog = _look("test", "-c", fencing.watchdog)
    return (Get(sbd.FILE), Get(sbd.DROP_IN), watchdog, *(each for disk in fencing.disks for each in _about(disk)))


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Sbd:
    """Read the outcomes of `actions`."""
    if not outcomes:
        return Sbd()
    file, drop_in, watchdog, *rest = outcomes
    groups = (rest[start : start + _PER_DISK] for start in range(0, len(rest), _PER_DISK))
    return Sbd(
        file.stdout if file.code == 0 else "",
        drop_in.stdout if drop_in.code == 0 else "",
        watchdog.code == 0,
        {path: _disk(*group) for path, group in zip(disks(cluster), groups, strict=True)},
    )


def _about(disk: str) -> tuple[Command, ...]:
    # sbd reads past the page cache (O_DIRECT), so that it sees what another node has just written.
    return (
        _look("sbd", "-d", disk, "dump"),
        _look("sbd", "-d", disk, "list"),
        _look("cmp", "--silent", f"--bytes={_USED}", "--", disk, "/dev/zero"),
    )


def _look(*argv: str) -> Command:
    return Command(argv, ok_codes=_ANY_CODE, timeout=20, changes_state=False)


def _disk(dump: Outcome, slots: Outcome, beginning: Outcome) -> Disk:
    header = _header(dump.stdout) if dump.code == 0 else None
    rows = (line.split("\t") for line in slots.stdout.splitlines()) if slots.code == 0 else ()
    # number, node, message, who wrote it
    return Disk(header, {row[1]: row[2] for row in rows if len(row) > 2}, zeros=beginning.code == 0)  # noqa: PLR2004


def _header(text: str) -> Header | None:
    said = dict(_FIELD.findall(text))
    try:
        return Header(said.get("UUID", ""), int(said["Timeout (watchdog)"]), int(said["Timeout (msgwait)"]))
    except (KeyError, ValueError):
        return None
