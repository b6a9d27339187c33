"""What SBD does on simulated hosts: disks that all of them share, a unit that only comes and goes with Corosync, a watchdog."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from hakit.core import Command
from hakit.model import Cluster, SbdFencing, sbd
from hakit.observe import node as paths

if TYPE_CHECKING:
    from tests.doubles.host import Host

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")
# As Debian's package leaves it, in short.
FILE = """\
#SBD_DEVICE=""
SBD_PACEMAKER=yes
# Whether to delay after starting sbd on boot for "msgwait" seconds.
SBD_DELAY_START=no
SBD_WATCHDOG_DEV=/dev/watchdog
SBD_WATCHDOG_TIMEOUT=5
SBD_TIMEOUT_ACTION=flush,reboot
SBD_OPTS=
"""
WATCHDOGS = ("/dev/watchdog", "/dev/watchdog0")


@dataclass
class SbdDisk:
    """A disk: SBD's header, the messages in its slots; or what else is on it."""

    uuid: str = ""
    watchdog: int = 0
    msgwait: int = 0
    slots: dict[str, str] = field(default_factory=dict)
    strange: str = ""  # somebody's file system
    garbage: bool = False  # data without a signature

    def create(self, uuid: str, watchdog: int, msgwait: int) -> None:
        assert not (self.uuid or self.strange or self.garbage), "a header over something else"
        self.uuid, self.watchdog, self.msgwait = uuid, watchdog, msgwait


def disks(cluster: Cluster) -> dict[str, SbdDisk]:
    """Return the blank disks of a cluster."""
    return {disk: SbdDisk() for disk in (cluster.fencing.disks if isinstance(cluster.fencing, SbdFencing) else ())}


def look(host: Host, command: Command) -> Answer | None:  # noqa: PLR0911 - one for each command
    """Answer a look at a disk or watchdog, or None when it is none."""
    match command.argv:
        case ("test", "-c", path):
            return (0 if path in host.watchdogs else 1), "", ""
        case ("fence_sbd", "-o", "metadata"):
            return 0, "<resource-agent name='fence_sbd'/>", ""
        case ("sbd", "-d", path, "dump"):
            return _dump(path, host.sbd_disks.get(path))
        case ("sbd", "-d", path, "list"):
            known = host.sbd_disks.get(path)
            if not (known and known.uuid):
                return 1, "", f"== disk {path} unreadable!\n"
            rows = enumerate(known.slots.items())
            return 0, "".join(f"{number}\t{name}\t{said}\t\n" for number, (name, said) in rows), ""
        case ("cmp", "--silent", "--bytes=1048576", "--", path, "/dev/zero"):
            known = host.sbd_disks.get(path)
            return (2 if known is None else 1 if known.uuid or known.strange or known.garbage else 0), "", ""
        case ("lsblk" | "wipefs" | "blkid" as tool, *_, path) if path.startswith("/dev/disk/by-id/"):
            return _about(tool, path, host.sbd_disks.get(path))
    return None


def _dump(path: str, known: SbdDisk | None) -> Answer:
    if not (known and known.uuid):
        return (
            1,
            f"==Dumping header on disk {path}\n",
            f"==Header on disk {path} NOT dumped\nsbd failed; please check the logs.\n",
        )
    return 0, (
        f"==Dumping header on disk {path}\nHeader version     : 2.1\nUUID               : {known.uuid}\n"
        "Number of slots    : 255\nSector size        : 512\n"
        f"Timeout (watchdog) : {known.watchdog}\nTimeout (allocate) : 2\nTimeout (loop)     : 1\n"
        f"Timeout (msgwait)  : {known.msgwait}\n==Header on disk {path} is dumped\n"
    ), ""  # fmt: skip


def _about(tool: str, path: str, known: SbdDisk | None) -> Answer:
    if known is None:
        return 32, "", f"{tool}: {path}: not a block device\n"
    if tool == "lsblk":
        return 0, json.dumps({"blockdevices": [{"name": path, "size": 10 << 20, "type": "disk"}]}), ""
    if tool == "blkid":
        return (0 if known.strange else 2), "", ""
    found = [{"type": known.strange, "label": "precious"}] if known.strange else []
    return 0, json.dumps({"signatures": found}), ""


def do(host: Host, everyone: Sequence[Host], argv: tuple[str, ...]) -> Answer | None:
    """Write a header, or None when it is something else; one effect."""
    match argv:
        case ("sbd", "-d", path, "-1", watchdog, "-4", msgwait, "create"):
            assert not any(other.running("corosync.service") for other in everyone), "a header under a running sbd"
            host.tick()
            host.sbd_disks[path].create(f"uuid-of-{path}", int(watchdog), int(msgwait))
            return FINE
    return None


def follow(host: Host, *, active: bool) -> None:
    """Start or stop with Corosync, where the unit is enabled: RequiredBy, PartOf."""
    unit = host.units.get(sbd.UNIT)
    if unit is None or not (unit.boot == "enabled" or unit.active):
        return
    said = sbd.values(host.text(sbd.FILE))
    if active:
        assert said["SBD_WATCHDOG_DEV"] in host.watchdogs, f"{host.name}: sbd fails, and Corosync with it"
        for disk in sbd.disks(host.text(sbd.FILE)):
            assert host.sbd_disks[disk].uuid, f"{host.name}: no header on {disk}: sbd fails, and Corosync with it"
            host.sbd_disks[disk].slots[host.name] = "clear"
    host.units[sbd.UNIT] = type(unit)(unit.boot, active=active)


def fit(host: Host) -> None:
    """Assert that Pacemaker would run with its CIB: it ends at once where it counts on a watchdog that isn't fed."""
    root = etree.fromstring(host.text(paths.CIB).encode()) if host.text(paths.CIB) else None
    said = (
        [] if root is None else root.xpath("configuration/crm_config//nvpair[@name='stonith-watchdog-timeout']/@value")
    )
    for value in said:
        assert sbd.UNIT in host.units and host.running(sbd.UNIT), (
            f"{host.name}: stonith-watchdog-timeout, but SBD not active"
        )
        timeout = int(sbd.values(host.text(sbd.FILE))["SBD_WATCHDOG_TIMEOUT"])
        assert int(value.removesuffix("s")) >= timeout, f"{host.name}: stonith-watchdog-timeout too short"
