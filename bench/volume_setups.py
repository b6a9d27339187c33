"""The ways to keep squid available in two virtual machines: hakit without and with a volume, and the volume by hand with pcs."""

from __future__ import annotations

import time

import stock
from failover_setups import NODES, Hakit, Pacemaker
from stock import on

from hakit.lab.lab import Lab
from tests.vm.story import VOLUME

# What drbdadm(8) and the manual of DRBD tell a user of Pacemaker to write.
RESOURCE = """\
resource squid {
    net { protocol C; }
    disk { fencing resource-only; }
    handlers {
        fence-peer "/usr/lib/drbd/crm-fence-peer.sh";
        unfence-peer "/usr/lib/drbd/crm-unfence-peer.sh";
    }
    device /dev/drbd0;
    disk /dev/vdb;
    meta-disk internal;
    on qsp-a { address 172.16.233.11:7788; }
    on qsp-b { address 172.16.233.12:7788; }
}
"""
_LIMIT = 600.0


class Without(Hakit):
    """What hakit makes of the scenario's first two phases."""

    def __init__(self) -> None:
        super().__init__("cold", "normal")
        self.name, self.title = "hakit", "hakit, no volume"

    def spec(self, lab: Lab) -> str:
        """Give the lab's own spec."""
        return str(lab.spec.read_text())


class With(Without):
    """And of the third."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.title = "hakit-volume", "hakit, with its volume"

    def spec(self, lab: Lab) -> str:
        """Give the lab's own spec with the volume."""
        return super().spec(lab) + VOLUME

    def trouble(self, lab: Lab) -> str:
        """One side of the clone is promoted, and all else as ever."""
        return _without_roles(super().trouble(lab))


class ByHand(Pacemaker):
    """The careful user of pcs and drbdadm, with all defaults."""

    name, title = "pcs-volume", "pcs and drbdadm by hand"

    def make(self, lab: Lab) -> None:
        """Make DRBD and its file system, move the logs, then the cluster and its resources."""
        for node in NODES:
            on(lab, node, "systemctl", "start", "pcsd")
            on(lab, node, "systemctl", "stop", "squid")
            on(lab, node, "tee", "/etc/drbd.d/squid.res", stdin=RESOURCE)
            on(lab, node, "drbdadm", "create-md", "--force", "squid")
            on(lab, node, "drbdadm", "up", "squid")
        first = NODES[0]
        on(lab, first, "drbdadm", "primary", "--force", "squid")
        on(lab, first, "mkfs.ext4", "-q", "/dev/drbd0")
        for node in NODES:
            on(lab, node, "mkdir", "--parents", "/srv/squid")
        on(lab, first, "mount", "/dev/drbd0", "/srv/squid")
        on(lab, first, "cp", "--archive", "/var/log/squid", "/srv/squid/log")
        on(lab, first, "umount", "/srv/squid")
        on(lab, first, "drbdadm", "wait-sync", "squid")
        on(lab, first, "drbdadm", "secondary", "squid")
        for node in NODES:
            on(lab, node, "mv", "/var/log/squid", "/var/log/squid.kept")
            on(lab, node, "ln", "--symbolic", "/srv/squid/log", "/var/log/squid")
        stock.cluster(lab)
        self._resources(lab)

    @staticmethod
    def _resources(lab: Lab) -> None:
        """Type the resources, in the order of the manual."""

        def pcs(*words: str) -> None:
            on(lab, NODES[0], "pcs", *words)

        pcs(
            "resource", "create", "drbd", "ocf:linbit:drbd", "drbd_resource=squid",
            "promotable", "promoted-max=1", "clone-max=2", "notify=true", "--wait",
        )  # fmt: skip
        mount = ("device=/dev/drbd0", "directory=/srv/squid", "fstype=ext4")
        pcs("resource", "create", "fs", "ocf:heartbeat:Filesystem", *mount, "--group", "squid", "--disabled")
        pcs("constraint", "colocation", "add", "squid", "with", "Promoted", "drbd-clone", "INFINITY")
        pcs("constraint", "order", "promote", "drbd-clone", "then", "start", "squid")
        pcs("resource", "enable", "fs", "--wait")
        vip = ("ocf:heartbeat:IPaddr2", "ip=192.168.233.200", "cidr_netmask=24")
        pcs("resource", "create", "squid-vip", *vip, "--group", "squid", "--wait")
        pcs("resource", "create", "squid-unit", "systemd:squid", "--group", "squid", "--wait")

    def move(self, lab: Lab, source: str, target: str) -> None:
        """Move the side that is promoted, as the rest follows it."""
        del source
        on(lab, NODES[0], "pcs", "resource", "move", "drbd-clone", target, "--promoted")

    def trouble(self, lab: Lab) -> str:
        """One side of the clone is promoted, and all else as ever."""
        return _without_roles(super().trouble(lab))


def _without_roles(words: str) -> str:
    return words


def wait_whole(lab: Lab) -> None:
    """Wait until both sides have everything."""
    end = time.monotonic() + _LIMIT
    while on(lab, NODES[0], "drbdadm", "dstate", "squid").strip() != "UpToDate/UpToDate":
        if time.monotonic() > end:
            raise SystemExit(f"the volume's sides are not alike after {_LIMIT:.0f} s")
        time.sleep(1)


def every() -> list[Hakit | ByHand]:
    """Return all of them."""
    return [Without(), With(), ByHand()]
