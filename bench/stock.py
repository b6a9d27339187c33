"""The stock way: the commands that a careful user of pcs types on the first node, and nothing more."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from hakit.lab.lab import Lab

PASSWORD = "bench-only"  # noqa: S105 - of hosts that live for a few minutes in a namespace without an uplink
RINGS = {"qsp-a": ("192.168.233.11", "172.16.233.11"), "qsp-b": ("192.168.233.12", "172.16.233.12")}
TEMPLATE = """\
[Unit]
Description=bench instance %i

[Service]
ExecStart=/bin/sleep infinity
"""
LIMIT = 900.0


def on(lab: Lab, node: str, *argv: str, stdin: str = "") -> str:
    """Run a command on a node and insist that it works."""
    done = subprocess.run(
        lab.node_argv(node, argv), input=stdin, capture_output=True, text=True, check=False, timeout=LIMIT
    )
    if done.returncode != 0:
        raise SystemExit(f"{node}: {' '.join(argv)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def cluster(lab: Lab) -> None:
    """Make the cluster: password, authentication, two links, the decision on fencing."""
    for node in RINGS:
        on(lab, node, "chpasswd", stdin=f"hacluster:{PASSWORD}\n")
        on(lab, node, "systemctl", "disable", "--now", "squid")
        # Without this, pcs host auth says "Authorized" and keeps nothing: it looks for Debian's one-node cluster.
        on(lab, node, "pcs", "cluster", "destroy")
    addresses = [word for node, rings in RINGS.items() for word in (node, f"addr={rings[0]}")]
    on(lab, "qsp-a", "pcs", "host", "auth", *addresses, "-u", "hacluster", stdin=f"{PASSWORD}\n")
    links = [word for node, rings in RINGS.items() for word in (node, *(f"addr={ring}" for ring in rings))]
    on(lab, "qsp-a", "pcs", "cluster", "setup", "squidha", *links, "--start", "--wait")
    on(lab, "qsp-a", "pcs", "property", "set", "stonith-enabled=false")


def service(lab: Lab, name: str, address: str, unit: str, *, wait: bool = True) -> None:
    """Add one service: a VIP and a unit in one group; `wait` for each to be started, as somebody careful does."""
    last = ("--group", name, *(("--wait",) if wait else ()))
    vip = ("ocf:heartbeat:IPaddr2", f"ip={address}", "cidr_netmask=24")
    on(lab, "qsp-a", "pcs", "resource", "create", f"{name}-vip", *vip, *last)
    on(lab, "qsp-a", "pcs", "resource", "create", f"{name}-unit", f"systemd:{unit}", *last)


def squid(lab: Lab) -> None:
    """Make the two-ring squid cluster."""
    cluster(lab)
    service(lab, "squid", "192.168.233.200", "squid")


def install_template(lab: Lab) -> None:
    """Give the nodes a template unit whose instances cost nothing."""
    for node in RINGS:
        on(lab, node, "tee", "/etc/systemd/system/bench@.service", stdin=TEMPLATE)
        on(lab, node, "systemctl", "daemon-reload")


def many(count: int) -> Callable[[Lab], None]:
    """Make the work: the cluster, then `count` services one by one."""

    def work(lab: Lab) -> None:
        cluster(lab)
        for number in range(1, count + 1):
            service(lab, f"s{number}", f"192.168.233.{20 + number}", f"bench@{number}")

    return work


def many_spec(squid_spec: str, count: int, agent: str = "systemd") -> str:
    """Give the spec of the same: the lab's own with these services in squid's place, in an agent's hands."""
    head = squid_spec.partition("services:")[0]
    lines = [
        f"  s{number}: {{ unit: bench@{number}.service, agent: {agent}, vip: 192.168.233.{20 + number}/24 }}"
        for number in range(1, count + 1)
    ]
    return "\n".join([f"{head}services:", *lines, ""])


def wait_started(lab: Lab, count: int) -> None:
    """Wait until every one of the services' resources is started."""
    end = time.monotonic() + LIMIT
    while on(lab, "qsp-a", "crm_mon", "--one-shot").count("Started qsp-") < 2 * count:
        if time.monotonic() > end:
            raise SystemExit(f"not all of {count} services started within {LIMIT:.0f} s")
        time.sleep(0.2)


def wait_settled(lab: Lab) -> None:
    """Wait until the one-node cluster of a fresh install has elected its controller on every node, and a little more."""
    end = time.monotonic() + LIMIT
    for node in RINGS:
        # crm_mon fails while Pacemaker is still on its way up.
        while "partition with quorum" not in _said(lab, node, "crm_mon", "--one-shot"):
            if time.monotonic() > end:
                raise SystemExit(f"{node}: no controller within {LIMIT:.0f} s")
            time.sleep(0.5)
    time.sleep(3.0)


def _said(lab: Lab, node: str, *argv: str) -> str:
    done = subprocess.run(lab.node_argv(node, argv), capture_output=True, text=True, check=False, timeout=60)
    return done.stdout
