"""What a lab node's Debian is made of, and the hash under which a built one is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum


class Release(StrEnum):
    """The Debian releases that the lab builds."""

    BULLSEYE = "bullseye"
    BOOKWORM = "bookworm"
    TRIXIE = "trixie"
    TESTING = "testing"


PACKAGES = (
    # a machine that one can log into
    "systemd", "systemd-sysv", "dbus", "openssh-server", "python3", "procps", "less",
    # networks, and looking at them
    "iproute2", "iputils-ping", "iputils-arping", "ndisc6", "nftables", "curl",
    # the cluster stack, both its front ends, and what judges agents
    "corosync", "pacemaker", "pacemaker-cli-utils", "pcs", "crmsh", "resource-agents", "libxml2-utils",
    # services to look after
    "squid", "nginx-light", "haproxy",
)  # fmt: skip

# What a lab with power switches or a quorum device needs on top: heavy, and so in a root of its own.
_SAFETY = ("ipmitool", "corosync-qdevice", "corosync-qnetd")
# From Debian 13 on each fence agent is a package; before, they are all in one.
_ONE_PACKAGE = frozenset({Release.BULLSEYE, Release.BOOKWORM})

# What a virtual machine needs on top: a kernel, what finds its devices, disks to replicate, and fencing by watchdog.
# The last two are for the first steps of its boot: a busybox, and the least that the kernel's package will do with.
_MACHINE = (
    "linux-image-amd64", "udev", "kmod", "drbd-utils", "sbd", "e2fsprogs", "xfsprogs", "dmsetup",
    "busybox-static", "tiny-initramfs",
)  # fmt: skip

# A kernel that is a program, for where there is no KVM; DRBD's module comes with it. All releases' machines have Debian 13's:
# its programs start two to four times as fast as on Debian 12's, 6.1 (docs/decisions/0113-debian-13s-kernel-for-all.md).
USER_MODE = (Release.TRIXIE, ("user-mode-linux",))

# What a node without disks, screens, seats or a way out has no use for; everything else stays as Debian has it.
MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service",
    "fstrim.timer", "logrotate.timer", "man-db.timer", "systemd-tmpfiles-clean.timer",
    "console-getty.service", "getty.target", "getty-static.service",
    "systemd-firstboot.service", "systemd-hwdb-update.service", "systemd-networkd.service",
    "systemd-networkd-wait-online.service", "systemd-pcrphase.service", "systemd-resolved.service",
    "systemd-timesyncd.service", "systemd-update-utmp.service",
)  # fmt: skip

# What a virtual machine could start besides, and needs not: each costs seconds under emulation.
MACHINE_MASKED = (
    "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
    "modprobe@configfs.service", "modprobe@dm_mod.service", "modprobe@drm.service", "modprobe@efi_pstore.service",
    "modprobe@fuse.service", "modprobe@loop.service", "systemd-binfmt.service", "systemd-pstore.service",
    "systemd-logind.service", "systemd-rfkill.socket",
)  # fmt: skip
# A box for Vagrant (hakit.lab.box) asks for its addresses with it; Debian has it there and doesn't start it either.
MACHINE_UNMASKED = ("systemd-networkd.service",)
# Debian starts them at boot. A node that isn't set up for sbd would be reset by its watchdog; the others, a cluster of
# one node and what has nothing to do yet, would have an emulated machine boot for minutes. Bootstrap enables what it needs.
MACHINE_DISABLED = (
    "sbd.service", "drbd.service", "logd.service", "corosync.service", "pacemaker.service",
    "pcsd.service", "pcsd-ruby.service", "squid.service", "nginx.service", "haproxy.service",
)  # fmt: skip
# Of what only a lab with a quorum device has.
MACHINE_DEVICE = "corosync-qdevice"
MACHINE_DEVICE_DISABLED = ("corosync-qdevice.service",)
# Ruby alone may need more than systemd's 90 s there.
MACHINE_SLOW = ("pcsd-ruby.service", "pcsd.service")
MACHINE_PATIENCE = "[Service]\nTimeoutStartSec=300\n"

# A node's journal survives its power cuts, so that one can read what came before, but stays small.
JOURNALD = "[Journal]\nStorage=persistent\nSystemMaxUse=48M\nRateLimitIntervalSec=0\n"

# Counted up when a root has to be built anew though the lists above are the same.
_EDITION = 1


def safety(release: Release) -> tuple[str, ...]:
    """Return the packages that fencing and quorum devices need on top of the others."""
    return ("fence-agents" if release in _ONE_PACKAGE else "fence-agents-ipmilan", *_SAFETY)


def machine(release: Release) -> tuple[str, ...]:
    """Return the packages that a virtual machine needs on top of the others."""
    agents = "fence-agents" if release in _ONE_PACKAGE else "fence-agents-sbd"
    return (agents, *_MACHINE)


def digest(release: Release, packages: Iterable[str] = PACKAGES) -> str:
    """Name the recipe by its contents: another list of packages is another root file system."""
    said = "\n".join((str(_EDITION), release, *sorted(packages), "", *sorted(MASKED), JOURNALD))
    return hashlib.sha256(said.encode()).hexdigest()[:12]
