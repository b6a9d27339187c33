"""A replicated volume: a device on each of two nodes, kept alike by DRBD, mounted where its service runs."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

# What every example of DRBD's uses. It serves one volume: each other says its own, so that a service that is added
# or removed changes nothing of the others' (docs/decisions/0070-volumes.md).
PORT = 7788
# DRBD 8.4, which Debian's kernels have, replicates between two nodes (drbd.conf(5) of 8.4, section "on").
REPLICAS = 2


# The label of a file system that is ready to be used, so that one which a killed run left unfinished isn't taken for it.
LABEL = "hakit"


# Stands before what the spec says of a volume, in DRBD's file.
SAID = "# hakit: "


def kept(path: str) -> str:
    """Return where a directory is kept that became a link."""
    return f"{path}.before-hakit"


class Filesystem(StrEnum):
    """The file systems that a volume may have."""

    EXT4 = "ext4"
    XFS = "xfs"


class Protocol(StrEnum):
    """When a write counts as done: on both nodes, or on the one that made it."""

    SYNCHRONOUS = "synchronous"
    ASYNCHRONOUS = "asynchronous"


@dataclass(frozen=True, slots=True)
class Volume:
    """A service's volume.

    `devices` has the path of what lies below it for each node, in the nodes' order; `size` is what that must have at
    least, in bytes; `ring` carries the replication; `mode` is octal. `paths` are the service's directories that lie on it
    by the service's own configuration, `links` those that become symbolic links, each with its directory on the volume.
    """

    devices: tuple[tuple[str, str], ...]
    mount: str
    ring: int
    filesystem: Filesystem = Filesystem.EXT4
    size: int | None = None
    port: int = PORT
    protocol: Protocol = Protocol.SYNCHRONOUS
    owner: str = "root"
    group: str = "root"
    mode: str = "0755"
    paths: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def minor(self) -> int:
        """Return the number of DRBD's device: the port's, which no other volume has."""
        return self.port

    @property
    def device(self) -> str:
        """Return DRBD's device, which the file system is on."""
        return f"/dev/drbd{self.minor}"

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """Return where each link leads."""
        return tuple((link, f"{self.mount.rstrip('/')}/{directory}") for link, directory in self.links)

    def dump(self) -> str:
        """Give all of it as one line, which `parse` reads: DRBD's file keeps it, for what the cluster itself can't say."""
        return json.dumps(asdict(self), sort_keys=True)


def said(text: str) -> Volume | None:
    """Find in DRBD's file what hakit wrote of the volume; None where it didn't, or somebody has changed it."""
    for line in text.splitlines():
        if line.startswith(SAID):
            with contextlib.suppress(ValueError):
                return parse(line.removeprefix(SAID))
    return None


def parse(text: str) -> Volume:
    """Read what `dump` gave. Raises ValueError for anything else."""
    try:
        known = json.loads(text)
        devices, links = (
            tuple((str(one), str(other)) for one, other in known.pop(name)) for name in ("devices", "links")
        )
        return Volume(
            devices=devices,
            links=links,
            paths=tuple(map(str, known.pop("paths"))),
            filesystem=Filesystem(known.pop("filesystem")),
            protocol=Protocol(known.pop("protocol")),
            **known,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no volume: {error}") from error
