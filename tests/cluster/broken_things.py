"""Things that can be wrong on a lab's nodes: each function breaks one and says exactly what preflight is to find."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

from hakit import spec
from hakit.apply.preflight import preflight
from hakit.core import Command, Finding, Outcome, Severity, Tape
from hakit.lab.lab import Lab
from hakit.model import Cluster
from hakit.plan.preflight import (
    account,
    addresses,
    boot,
    clusters,
    guards,
    names,
    ports,
    software,
    stopping,
    units,
    vips,
)
from hakit.run import machine
from hakit.run.hosts import Hosts

A, B = "qsp-a", "qsp-b"
SQUID = "squid.service"
VIP = ip_address("192.168.233.200")
DROP_INS = "/etc/systemd/system/squid.service.d"


class Breaker:
    """Breaks things on a lab's nodes, and puts them right again when the test is over."""

    def __init__(self, lab: Lab, undo: ExitStack) -> None:
        self.lab = lab
        self.undo = undo

    def do(self, node: str, *argv: str, stdin: str = "") -> Outcome:
        """Run a command on a node now."""
        return machine.must(Command(self.lab.node_argv(node, argv), stdin=stdin, timeout=180))

    def later(self, node: str, *argv: str) -> None:
        """Run a command on a node when the test is over."""
        self.undo.callback(self.do, node, *argv)

    def client(self, *argv: str) -> Outcome:
        """Run a command in the client's network."""
        return machine.must(Command(self.lab.client_argv(argv)))

    def write(self, node: str, path: str, text: str) -> None:
        """Write a file that is not there yet."""
        self.do(node, "mkdir", "--parents", str(Path(path).parent))
        self.later(node, "rm", "--force", path)
        self.do(node, "tee", path, stdin=text)

    def edit(self, node: str, path: str, old: str, new: str) -> None:
        """Replace text in a file."""
        before = self.do(node, "cat", path).stdout
        assert old in before
        self.undo.callback(self.do, node, "tee", path, stdin=before)
        self.do(node, "tee", path, stdin=before.replace(old, new))

    def drop_in(self, node: str, text: str) -> None:
        """Give squid's unit a drop-in."""
        self.later(node, "systemctl", "daemon-reload")
        self.write(node, f"{DROP_INS}/override.conf", text)
        self.do(node, "systemctl", "daemon-reload")

    def drop_packets(self, node: str, rule: str) -> None:
        """Drop what comes in and matches."""
        chain = f"chain input {{\ntype filter hook input priority 0\n{rule} drop\n}}"
        self.do(node, "nft", "--file", "-", stdin=f"table inet broken {{\n{chain}\n}}\n")
        self.later(node, "nft", "delete", "table", "inet", "broken")


def wanted(lab: Lab) -> Cluster:
    return spec.read(lab.spec)


def found(lab: Lab, *, cluster: Cluster | None = None, ssh_config: Path | None = None) -> list[Finding]:
    """Return the errors and warnings that preflight has."""
    runner = Hosts(ssh_config=ssh_config or lab.ssh_config)
    report = preflight(cluster or wanted(lab), runner, Tape())
    return [finding for finding in report.findings if finding.severity is not Severity.NOTE]


# Each breaks one thing and says exactly what is to be found.
Case = Callable[[Breaker], list[Finding]]


def masked(broken: Breaker) -> list[Finding]:
    broken.later(A, "systemctl", "unmask", SQUID)
    broken.do(A, "systemctl", "mask", SQUID)
    return [units.UnitMasked(host=A, unit=SQUID)]


def restarting(broken: Breaker) -> list[Finding]:
    broken.drop_in(B, "[Service]\nRestart=on-failure\n")
    return [boot.UnitRestarts(host=B, unit=SQUID, path=f"{DROP_INS}/override.conf", value="on-failure")]


def bad_setting(broken: Breaker) -> list[Finding]:
    broken.drop_in(A, "[Service]\nExecStart=\n")
    reason = "Unit squid.service has a bad unit file setting."
    return [units.UnitBroken(host=A, unit=SQUID, state="bad-setting", reason=reason)]


def manual_start_refused(broken: Breaker) -> list[Finding]:
    broken.drop_in(A, "[Unit]\nRefuseManualStart=yes\n")
    return [units.UnitRefuses(host=A, unit=SQUID, verb="started")]


def slow_to_stop(broken: Breaker) -> list[Finding]:
    broken.drop_in(B, "[Service]\nTimeoutStopSec=10min\n")
    return [
        stopping.TimeoutShort(host=B, unit=SQUID, verb="stop", cluster_seconds=100, unit_seconds=600),
    ]


def patient_squid(broken: Breaker) -> list[Finding]:
    broken.write(A, "/etc/squid/conf.d/patience.conf", "shutdown_lifetime 2 minutes\n")
    return [stopping.SquidWaitsTooLong(host=A, unit=SQUID, lifetime=120, limit=90)]


def absent(broken: Breaker) -> list[Finding]:
    broken.later(B, "systemctl", "daemon-reload")
    # systemd makes a unit of an init script, under whatever name it lies there.
    for path in ("/usr/lib/systemd/system/squid.service", "/etc/init.d/squid"):
        away = f"/root/{Path(path).name}"
        broken.later(B, "mv", away, path)
        broken.do(B, "mv", path, away)
    broken.do(B, "systemctl", "stop", SQUID)
    broken.do(B, "systemctl", "daemon-reload")
    return [units.UnitAbsent(host=B, unit=SQUID)]


def vip_at_the_client(broken: Breaker) -> list[Finding]:
    mac = json.loads(broken.client("ip", "-json", "link", "show", "br0").stdout)[0]["address"]
    broken.undo.callback(broken.client, "ip", "address", "delete", f"{VIP}/24", "dev", "br0")
    broken.client("ip", "address", "add", f"{VIP}/24", "dev", "br0")
    return [vips.VipAnswers(service="squid", address=VIP, macs=(mac,), seen_from=(A, B))]


def vip_left_on_a_node(broken: Breaker) -> list[Finding]:
    broken.later(A, "ip", "address", "delete", f"{VIP}/24", "dev", "eth0")
    broken.do(A, "ip", "address", "add", f"{VIP}/24", "dev", "eth0")
    return [vips.VipLeftOver(host=A, service="squid", address=VIP, nic="eth0", prefix=24)]


def ring_behind_a_dead_switch(broken: Breaker) -> list[Finding]:
    broken.undo.callback(broken.lab.heal, B, 1)
    broken.lab.cut(B, 1)
    return [ports.RingCut(host=A, peer=B, ring=1, port=5405)]


def cable_out(broken: Breaker) -> list[Finding]:
    broken.undo.callback(broken.lab.heal, B, 1)
    broken.lab.carrier(B, 1, up=False)
    return [addresses.InterfaceDown(host=B, ring=1, nic="eth1", carrier=False)]


def one_host_drops_udp(broken: Breaker) -> list[Finding]:
    broken.drop_packets(A, "iifname eth0 udp dport 5405")
    return [ports.RingOneWay(host=A, peer=B, ring=0, port=5405)]


def both_hosts_drop_udp(broken: Breaker) -> list[Finding]:
    broken.drop_packets(A, "iifname eth1 udp dport 5405")
    broken.drop_packets(B, "iifname eth1 udp dport 5405")
    return [ports.RingCut(host=A, peer=B, ring=1, port=5405)]


def pcsd_filtered(broken: Breaker) -> list[Finding]:
    broken.drop_packets(B, "tcp dport 2224")
    return [ports.PcsdClosed(host=B, peer=A, how="silent")]


def pcsd_filtered_while_it_is_off(broken: Breaker) -> list[Finding]:
    broken.later(B, "systemctl", "start", "pcsd.service")
    broken.do(B, "systemctl", "stop", "pcsd.service")
    return pcsd_filtered(broken)


def pcsd_off(broken: Breaker) -> list[Finding]:
    broken.later(B, "systemctl", "start", "pcsd.service")
    broken.do(B, "systemctl", "stop", "pcsd.service")
    return []  # bootstrap starts it; what counts is that nothing is in its way


def port_taken(broken: Breaker) -> list[Finding]:
    program = "import socket,time; s=socket.socket(2,2); s.bind(('192.168.233.11',5405)); time.sleep(600)"
    broken.later(A, "systemctl", "stop", "taker.service")
    broken.do(A, "systemd-run", "--unit=taker.service", "python3", "-c", program)
    broken.do(A, "sleep", "1")
    return [ports.PortTaken(host=A, ring=0, port=5405, reason="it is in use")]


def address_gone(broken: Breaker) -> list[Finding]:
    broken.later(B, "ip", "address", "add", "172.16.233.12/24", "dev", "eth1")
    broken.do(B, "ip", "address", "delete", "172.16.233.12/24", "dev", "eth1")
    return [addresses.AddressMissing(host=B, ring=1, address=ip_address("172.16.233.12"))]


def other_name(broken: Breaker) -> list[Finding]:
    broken.later(B, "hostname", B)
    broken.do(B, "hostname", "till")
    return [account.WrongName(host=B, hostname="till")]


def loopback_name(broken: Breaker) -> list[Finding]:
    broken.edit(B, "/etc/hosts", "192.168.233.12", "127.0.1.1")
    return [
        names.NameIsLoopback(host=B, name=B, loopback=ip_address("127.0.1.1"), address=ip_address("192.168.233.12"))
    ]


def names_unlike(broken: Breaker) -> list[Finding]:
    broken.edit(A, "/etc/hosts", "192.168.233.12", "172.16.233.12")
    first, second = ip_address("192.168.233.12"), ip_address("172.16.233.12")
    return [names.NamesDiffer(name=B, expected=first, seen=((A, (second,)), (B, (first,))))]


def other_cluster(broken: Breaker) -> list[Finding]:
    broken.edit(A, "/etc/corosync/corosync.conf", "cluster_name: debian", "cluster_name: shop")
    broken.edit(A, "/etc/corosync/corosync.conf", "127.0.0.1", "192.168.233.11")
    return [clusters.OtherCluster(host=A, name="shop", members=("node1",), running=True)]


def broken_corosync_conf(broken: Breaker) -> list[Finding]:
    broken.edit(B, "/etc/corosync/corosync.conf", "totem {", "what {\n}}\ntotem {")
    (finding,) = found(broken.lab)
    assert isinstance(finding, clusters.BrokenCorosyncConf)
    return [clusters.BrokenCorosyncConf(host=B, fault=finding.fault)]


def package_missing(broken: Breaker) -> list[Finding]:
    # Only dpkg's list says so: nothing can be installed again in a lab without a way out. (Without pcs there would be crm.)
    broken.edit(
        A,
        "/var/lib/dpkg/status",
        "Package: resource-agents\nStatus: install ok installed",
        "Package: resource-agents\nStatus: deinstall ok config-files",
    )
    return [software.PackagesMissing(host=A, packages=("resource-agents",))]


def sbd_without_watchdog(broken: Breaker) -> list[Finding]:
    broken.later(A, "systemctl", "daemon-reload")
    broken.write(
        A, "/etc/systemd/system/sbd.service", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"
    )
    broken.later(A, "systemctl", "disable", "sbd.service")
    broken.do(A, "systemctl", "enable", "sbd.service")
    return [guards.SbdWithoutWatchdog(host=A)]


CASES: tuple[Case, ...] = (
    masked,
    restarting,
    bad_setting,
    manual_start_refused,
    slow_to_stop,
    patient_squid,
    absent,
    vip_at_the_client,
    vip_left_on_a_node,
    ring_behind_a_dead_switch,
    cable_out,
    one_host_drops_udp,
    both_hosts_drop_udp,
    pcsd_filtered,
    pcsd_filtered_while_it_is_off,
    pcsd_off,
    port_taken,
    address_gone,
    other_name,
    loopback_name,
    names_unlike,
    other_cluster,
    broken_corosync_conf,
    package_missing,
    sbd_without_watchdog,
)
