"""How a node stands: everything on it that a bootstrap touches and destroy has to put back."""

from __future__ import annotations

from tests.cluster.command import Hakit

UNITS = ("corosync", "pacemaker", "squid")
# What bootstrap changes on a host, or pcs on its behalf.
FILES = (
    "/etc/corosync/corosync.conf",
    "/etc/corosync/authkey",
    "/etc/pacemaker/authkey",
    "/var/lib/pcsd/known-hosts",
    "/var/lib/pcsd/pcs_users.conf",
    "/usr/lib/ocf/resource.d/hakit",
    "/var/lib/hakit",
)


def how_it_stands(hakit: Hakit, node: str, units: tuple[str, ...] = UNITS) -> dict[str, str]:
    """Give the state of all of it."""
    return {
        **{f"boot {unit}": hakit.on(node, "systemctl", "is-enabled", unit) for unit in units},
        **{f"runs {unit}": hakit.on(node, "systemctl", "is-active", unit) for unit in units},
        **{path: hakit.on(node, "sh", "-c", f"stat -c '%a %U:%G' {path}; sha256sum {path}") for path in FILES},
    }
