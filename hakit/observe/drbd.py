"""What DRBD's kernel module says of its devices: 8.4 in /proc/drbd, 9 by drbdsetup."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hakit.core import Action, Command, Get, Outcome

UP_TO_DATE, INCONSISTENT, OUTDATED = "UpToDate", "Inconsistent", "Outdated"
# Of a side that has let its device go, or is doing so.
GONE = frozenset({"Diskless", "Failed"})
PRIMARY, SECONDARY = "Primary", "Secondary"
CONNECTED, STANDALONE = "Connected", "StandAlone"
_LINE = re.compile(r"\s*(\d+): cs:(\S+) ro:(\S+?)/(\S+) ds:(\S+?)/(\S+)")
_SPEED = re.compile(r"finish: (\d+):(\d+):(\d+) speed: ([\d,]+)")
ACTIONS: tuple[Action, ...] = (
    Get("/proc/drbd"),
    Command(("drbdsetup", "status", "--json"), ok_codes=frozenset(range(256)), timeout=10, changes_state=False),
)


@dataclass(frozen=True, slots=True)
class Side:
    """A device as its host sees it, in DRBD's own words: `role` and `disk` are its own, `peer_…` what it knows of the peer.

    `connection` is `Connected`, or why not, or what is under way (`SyncSource`, `SyncTarget`, …). `out_of_sync` is in KiB;
    `speed` (KiB/s) and `left` (seconds) are there while a resynchronization runs, and 8.4 alone tells `left`.
    """

    connection: str
    role: str
    peer_role: str
    disk: str
    peer_disk: str
    out_of_sync: int = 0
    speed: int | None = None
    left: int | None = None

    @property
    def syncing(self) -> bool:
        """Whether a resynchronization runs."""
        return self.connection.startswith(("Sync", "PausedSync", "Ahead", "Behind"))

    @property
    def linked(self) -> bool:
        """Whether the two sides speak with each other."""
        return self.connection == CONNECTED or self.syncing or self.connection.startswith(("Verify", "WFBitMap"))

    @property
    def whole(self) -> bool:
        """Whether both sides have the same data, and go on having them."""
        return self.connection == CONNECTED and self.disk == self.peer_disk == UP_TO_DATE


def read(outcomes: Sequence[Outcome]) -> Mapping[int, Side]:
    """Read the outcomes of ACTIONS: the devices by their minors; none where the module isn't loaded."""
    file, status = outcomes
    if file.code == 0 and file.stdout.startswith("version: 8"):
        return dict(_eight(file.stdout.splitlines()))
    return dict(_nine(status.stdout)) if status.code == 0 and file.code == 0 else {}


def _eight(lines: Sequence[str]) -> Iterator[tuple[int, Side]]:
    starts = [number for number, line in enumerate(lines) if _LINE.match(line)]
    for number, end in itertools.pairwise((*starts, len(lines))):
        found = _LINE.match(lines[number])
        rest = " ".join(lines[number + 1 : end])
        behind, pace = re.search(r"\boos:(\d+)", rest), _SPEED.search(rest)
        if found:
            minor, connection, role, peer_role, disk, peer_disk = found.groups()
            left = int(pace[1]) * 3600 + int(pace[2]) * 60 + int(pace[3]) if pace else None
            speed = int(pace[4].replace(",", "")) if pace else None
            behind_by = int(behind[1]) if behind else 0
            yield int(minor), Side(connection, role, peer_role, disk, peer_disk, behind_by, speed, left)


def _nine(text: str) -> Iterator[tuple[int, Side]]:
    for resource in json.loads(text or "[]"):
        peer: dict[str, Any] = next(iter(resource.get("connections", ())), {})
        volumes = {each["volume"]: each for each in peer.get("peer_devices", ())}
        for device in resource["devices"]:
            theirs = volumes.get(device["volume"], {})
            connection = str(peer.get("connection-state", STANDALONE))
            moving = str(theirs.get("replication-state", "Off"))
            if connection == CONNECTED and moving not in {"Established", "Off"}:
                connection = moving
            speed = theirs.get("db/dt [MiB/s]")
            yield (
                int(device["minor"]),
                Side(
                    connection,
                    str(resource["role"]),
                    str(peer.get("peer-role", "Unknown")),
                    str(device["disk-state"]),
                    str(theirs.get("peer-disk-state", "DUnknown")),
                    int(theirs.get("out-of-sync", 0)),
                    int(float(speed) * 1024) if speed is not None else None,
                ),
            )
