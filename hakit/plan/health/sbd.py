"""SBD in a cluster that runs: whether it does, whether its disks can be read, whether a message waits; and how it fences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.model import SbdFencing, sbd
from hakit.plan.seen import Seen
from hakit.render import sbd as files

# sbd(8), list: nothing is asked of the node. "exit" stays behind an orderly stop, until the next start.
_QUIET = frozenset({"clear", "exit"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdDown(Finding):
    """sbd doesn't run on a node of a running cluster."""

    code = "HK328"
    severity = Severity.WARNING
    matters = "Nothing resets that node: others would call it fenced while it goes on with its services."
    see = "sbd(8)"
    node: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"sbd does not run on {self.node}: nothing would reset that node"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"there: journalctl -u {sbd.UNIT}; it starts with Corosync: stop and start the cluster on that node"


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdDiskUnreadable(Finding):
    """A node can't read a disk of SBD's, or there is no header on it."""

    code = "HK329"
    severity = Severity.WARNING
    matters = (
        "By that disk no message reaches the node; with the only one, it lives just as long as it sees the other nodes."
    )
    cure = "bring the disk back; it is read again by itself, and nothing has to be restarted"
    see = "sbd(8), Recovering from temporary SBD device outage"
    node: str
    disk: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"{self.node} can't read SBD's disk {self.disk}"

    def remedy(self) -> str:
        """Say in one line how to see it there."""
        return f"there: sbd -d {self.disk} dump"


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdMessage(Finding):
    """A message waits in a node's slot."""

    code = "HK335"
    severity = Severity.WARNING
    matters = "The node was told to reset and hasn't started sbd since; what it takes back, its own start does."
    see = "sbd(8), list"
    node: str
    disk: str
    message: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the slot of {self.node} on {self.disk} says {self.message!r}: it was fenced, and has not started sbd since"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"start {self.node} and its cluster; where that has happened long ago: sbd -d {self.disk} message {self.node} clear"


@dataclass(frozen=True, kw_only=True, slots=True)
class FencedBySbd(Finding):
    """How a lost node is made harmless."""

    code = "HK336"
    severity = Severity.NOTE
    matters = "Whoever looks at a cluster wants to know what happens to a node that is lost."
    cure = "nothing; it is what the spec says"
    see = "docs/two-nodes.md"
    disks: tuple[str, ...]
    seconds: int

    def text(self) -> str:
        """Say it in words."""
        if not self.disks:
            return f"a node that loses quorum is reset by its watchdog (SBD without disks); the others count on it after {self.seconds} s"
        return f"a lost node is reset by a message on {', '.join(self.disks)} or its watchdog (SBD), within {self.seconds} s"


def check(seen: Seen) -> Iterator[Finding]:
    """Look at it; nothing to say where SBD isn't wanted."""
    fencing = seen.cluster.fencing
    if not isinstance(fencing, SbdFencing):
        return
    for name in seen.started:
        host = seen.hosts[name]
        if not host.units[sbd.UNIT].running:
            yield SbdDown(node=name)
        unread = (disk for disk in fencing.disks if not (known := host.sbd.disks.get(disk)) or known.header is None)
        yield from (SbdDiskUnreadable(node=name, disk=disk) for disk in unread)
    yield from _messages(seen, fencing)
    yield FencedBySbd(disks=fencing.disks, seconds=files.wait(seen.cluster, fencing))


def _messages(seen: Seen, fencing: SbdFencing) -> Iterator[Finding]:
    names = {node.name for node in seen.cluster.nodes}
    for disk in fencing.disks:
        said = {
            node: word
            for host in seen.hosts.values()
            if (d := host.sbd.disks.get(disk))
            for node, word in d.slots.items()
        }
        for node, word in said.items():
            if node in names and word not in _QUIET:
                yield SbdMessage(node=node, disk=disk, message=word)
