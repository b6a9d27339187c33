"""One simulated host: its files, its units as systemd sees them, its addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface, IPv6Interface

from hakit.model import Node, alert
from hakit.observe import node as paths
from tests.doubles import sbd
from tests.doubles.disk import Disk, File
from tests.doubles.sbd import WATCHDOGS, SbdDisk
from tests.doubles.volumes import Store

STACK = ("corosync.service", "pacemaker.service")
STOCK_CONF = """\
# Please read the corosync.conf.5 manual page
totem {
\tversion: 2
\tcluster_name: debian
\tcrypto_cipher: none
\tcrypto_hash: none
}
nodelist {
\tnode {
\t\tname: node1
\t\tnodeid: 1
\t\tring0_addr: 127.0.0.1
\t}
}
"""


@dataclass(frozen=True)
class SimUnit:
    """A unit as systemd sees it: UnitFileState and whether it is active."""

    boot: str = "disabled"
    active: bool = False


class Host:
    """State only; what commands do to it is said elsewhere. `loaded` is what Corosync read when it was started."""

    def __init__(self, node: Node, prefixes: tuple[int, ...], tick: Callable[[], None]) -> None:
        self.name = node.name
        self.addresses = tuple(zip(node.addresses, prefixes, strict=True))
        self.tick = self._tick = tick
        self.store = Store()
        self.sbd_disks: dict[str, SbdDisk] = {}
        self.watchdogs = set(WATCHDOGS)
        self.disk = Disk(tick)
        self.units = {name: SimUnit() for name in STACK} | {"pcsd.service": SimUnit("enabled", active=True)}
        self.tool = "pcs"  # the package
        self.mounts: set[str] = set()  # by Pacemaker
        self.vips: set[IPv4Interface | IPv6Interface] = set()
        self.loaded: tuple[str, str] | None = None
        self.looks_until_elected = 0
        self.seen_all = False
        self.never_start: set[str] = set()  # units that fail whenever they are started
        self.strangers: dict[str, list[str]] = {}  # addresses that MACs of no node claim in its network
        self.unasked: dict[str, str] = {}  # addresses that its network can't be asked for, and why
        self.lock = ""  # who may change the cluster
        self.failed: dict[str, str] = {}  # operations of resources that failed here, with the reason

    def text(self, path: str) -> str:
        """Return a file's content; empty when there is none."""
        file = self.disk.files.get(path)
        return file.content if file else ""

    def running(self, unit: str) -> bool:
        return self.units[unit].active

    def read_units(self) -> None:
        """Do what `systemctl daemon-reload` does: the watch over alerts is there when its file is."""
        there = paths.WATCH_UNIT in self.disk.files
        if there != (alert.WATCH in self.units):
            self._tick()
            assert there or not self.running(alert.WATCH), "a unit's file is removed while it runs"
            self.units = (
                self.units | {alert.WATCH: SimUnit()}
                if there
                else {k: v for k, v in self.units.items() if k != alert.WATCH}
            )

    def set_boot(self, unit: str, *, enabled: bool) -> None:
        wanted = "enabled" if enabled else "disabled"
        if self.units[unit].boot != wanted:
            self._tick()
            self.units[unit] = replace(self.units[unit], boot=wanted)

    def set_active(self, unit: str, *, active: bool) -> None:
        if self.units[unit].active == active:
            return
        self._tick()
        self.units[unit] = replace(self.units[unit], active=active)
        if unit == "pacemaker.service" and self.units.get(alert.WATCH, SimUnit()).boot == "enabled":
            self.units[alert.WATCH] = SimUnit("enabled", active=active)  # WantedBy and PartOf
        if unit == "corosync.service":
            sbd.follow(self, active=active)
            self.loaded = (self.text(paths.COROSYNC_CONF), self.text(paths.COROSYNC_KEY)) if active else None
            assert not active or self.loaded[0], f"{self.name}: Corosync was started without corosync.conf"

    def snapshot(self) -> dict[str, object]:
        """Give everything that a person would call the host's state."""
        files: dict[str, object] = {path: file for path, file in self.disk.files.items() if path != paths.CIB}
        return files | {
            "folders": frozenset(self.disk.folders),
            "units": dict(self.units),
            "vips": frozenset(self.vips),
        }

    def make_stock(self) -> None:
        """Be as Debian's packages leave a host: a one-node cluster that runs and starts at boot."""
        self.disk.files[paths.COROSYNC_CONF] = File(STOCK_CONF)
        self.disk.files[paths.CIB] = File(EMPTY_CIB, 0o600, "hacluster:haclient")
        self.units |= dict.fromkeys(STACK, SimUnit("enabled", active=True))
        self.loaded = (STOCK_CONF, "")


EMPTY_CIB = (
    '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">'
    "<configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>"
)
