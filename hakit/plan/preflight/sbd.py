"""SBD: a watchdog on every node, and disks that all of them see, blank or with a header that is this cluster's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, SbdFencing, sbd
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.sbd import Disk
from hakit.plan.preflight.place import OnHost
from hakit.plan.sbd import sight
from hakit.render import sbd as files

_LASTING = ("/dev/disk/by-", "/dev/mapper/", "/dev/vg", "/dev/md/")


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchdogMissing(OnHost):
    """SBD's watchdog isn't there."""

    code = "HK215"
    matters = "It is what resets a node that hangs or that nobody can reach; sbd does not start without it, and Corosync not without sbd."
    see = "sbd(8), Configure a watchdog"
    device: str

    def text(self) -> str:
        """Say it."""
        return f"there is no watchdog {self.device}"

    def remedy(self) -> str:
        """Say what to do."""
        return (
            "load the driver of the board's watchdog (wdctl shows it); without one: echo softdog > "
            "/etc/modules-load.d/watchdog.conf && modprobe softdog, which a hanging kernel stops as well"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdDiskMissing(OnHost):
    """A disk of SBD's that isn't there, or is no block device."""

    code = "HK216"
    matters = "A node that doesn't see the disk gets no message from it, and its sbd does not start."
    see = "lsblk(8)"
    disk: str

    def text(self) -> str:
        """Say it."""
        return f"there is no block device {self.disk} for SBD"

    def remedy(self) -> str:
        """Say what to do."""
        return "give every node access to it by that path; ls -l /dev/disk/by-id shows which there are"


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdDiskNotBlank(OnHost):
    """A disk for SBD that holds something else, or that something uses."""

    code = "HK217"
    matters = "sbd overwrites its beginning without asking. hakit writes SBD's header to blank disks only, and has no option to do otherwise."
    see = "sbd(8), create; wipefs(8)"
    disk: str
    contents: tuple[str, ...]

    def text(self) -> str:
        """Say what is there."""
        return f"{self.disk} for SBD is not blank: {', '.join(self.contents)}"

    def remedy(self) -> str:
        """Say what to do."""
        return (
            f"name another disk; or, if nobody needs that any more, clear it yourself: blkdiscard --zeroout {self.disk}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdHeaderOtherwise(Finding):
    """A disk has a header of SBD with other times than the spec's; all of them in seconds."""

    code = "HK218"
    matters = "The disk's times are what sbd goes by: with others Pacemaker would call a node reset that isn't yet, or give up too early."
    see = "sbd(8), create"
    disk: str
    watchdog: int
    msgwait: int
    wanted_watchdog: int
    wanted_msgwait: int

    def text(self) -> str:
        """Say what is there."""
        return (
            f"{self.disk} has a header of SBD with watchdog {self.watchdog} s and msgwait {self.msgwait} s; "
            f"the spec means {self.wanted_watchdog} s and {self.wanted_msgwait} s"
        )

    def remedy(self) -> str:
        """Say what to do."""
        return (
            f"write 'timeout: {self.watchdog}' if msgwait is twice that; or, where no cluster uses the disk, with sbd stopped "
            f"on all nodes: sbd -d {self.disk} -1 {self.wanted_watchdog} -4 {self.wanted_msgwait} create"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdDiskOfOthers(Finding):
    """A disk of SBD's has slots of nodes that the spec doesn't have."""

    code = "HK219"
    matters = "Another cluster may be fenced by it. A node of the same name in both would be reset by either."
    see = "sbd(8), list"
    disk: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Name them."""
        return f"{self.disk} has slots of other nodes: {', '.join(self.nodes)}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"name another disk; or, if those are nodes of the past, clear it yourself: blkdiscard --zeroout {self.disk}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTheSameDisk(Finding):
    """The nodes see different disks by one path; `headers` maps nodes to the UUID in SBD's header, "" for none."""

    code = "HK229"
    matters = "A message that is written to one disk and read from another reaches nobody: both nodes would live on and run the service."
    see = "sbd(8), dump"
    disk: str
    headers: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """Say who sees what."""
        said = ", ".join(f"{node} sees {uuid or 'none'}" for node, uuid in self.headers)
        return f"{self.disk} is not the same disk on all nodes, by SBD's header: {said}"

    def remedy(self) -> str:
        """Say what to do."""
        return "name the shared disk by a path that means it on every node: /dev/disk/by-id has its serial number"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameMayMove(Finding):
    """A disk of SBD's is named by the order in which the kernel found it."""

    code = "HK209"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = (
        "After the next boot the name may mean another disk; sbd would not start there, or read another one's slots."
    )
    cure = "use the name below /dev/disk/by-id that leads to it"
    disk: str

    def text(self) -> str:
        """Say it."""
        return f"{self.disk} may be another disk after the next boot"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Judge watchdogs and disks; nothing where SBD isn't wanted."""
    fencing = cluster.fencing
    if not isinstance(fencing, SbdFencing):
        return
    for host, fact in facts.items():
        if not fact.sbd.watchdog:
            yield WatchdogMissing(host=host, device=fencing.watchdog)
        for disk in fencing.disks:
            yield from _disk(fact, disk)
    for disk in fencing.disks:
        yield from _header(cluster, fencing, facts, disk)
        if not disk.startswith(_LASTING):
            yield NameMayMove(disk=disk)
    yield from apart(cluster, facts)


def apart(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Compare what the nodes see by the same path: the header on a disk of which any node sees one."""
    for disk in cluster.fencing.disks if isinstance(cluster.fencing, SbdFencing) else ():
        seen = sight.headers(facts, disk)
        found = tuple((host, seen[host].uuid if host in seen else "") for host in facts)
        if seen and len({uuid for _, uuid in found}) > 1:
            yield NotTheSameDisk(disk=disk, headers=found)


def _disk(fact: HostFacts, disk: str) -> Iterator[Finding]:
    device, known = fact.devices.found.get(disk), fact.sbd.disks.get(disk, Disk(None))
    if device is None:
        yield SbdDiskMissing(host=fact.host, disk=disk)
        return
    marks = tuple(f"{kind} '{label}'" if label else kind for kind, label in device.signatures)
    if not (known.header or marks or known.zeros):
        marks = ("data of an unknown kind at its beginning",)
    contents = (*marks, *device.used)
    if contents:
        yield SbdDiskNotBlank(host=fact.host, disk=disk, contents=contents)


def _header(cluster: Cluster, fencing: SbdFencing, facts: Mapping[str, HostFacts], disk: str) -> Iterator[Finding]:
    """Judge a header that is there already; where nodes see different ones, the first is as good as any."""
    times, nodes = files.times(cluster, fencing), {node.name for node in cluster.nodes}
    for header in tuple(sight.headers(facts, disk).values())[:1]:
        if (header.watchdog, header.msgwait) != (times.watchdog, times.msgwait):
            yield SbdHeaderOtherwise(
                disk=disk, watchdog=header.watchdog, msgwait=header.msgwait,
                wanted_watchdog=times.watchdog, wanted_msgwait=times.msgwait,
            )  # fmt: skip
    if any(fact.units[sbd.UNIT].running and disk in sbd.disks(fact.sbd.file) for fact in facts.values()):
        return  # in use by this cluster: sbd keeps the slot of a node that left
    others = dict.fromkeys(n for fact in facts.values() for n in fact.sbd.disks.get(disk, Disk(None)).slots)
    foreign = tuple(name for name in others if name not in nodes)
    if foreign:
        yield SbdDiskOfOthers(disk=disk, nodes=foreign)
