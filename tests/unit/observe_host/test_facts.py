"""Facts read from what bare Debian nodes really answered."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest

from hakit.core import Command, CommandFailed, Get, Outcome, shown
from hakit.model import Service, Volume
from hakit.observe.host import clock, corosync_conf, facts, interfaces, packages, squid, system, timespan, units
from tests.sample_clusters import SQUID, cluster
from tests.unit.observe_host.captured_hosts import HERE, RELEASES, outcomes, read, saying

A = ip_address("192.168.233.11")
B = ip_address("192.168.233.12")


@pytest.mark.parametrize("release", RELEASES)
def test_a_bare_node(release: str) -> None:
    seen = read(release, "qsp-b")
    assert (seen.host, seen.system.hostname, seen.system.uid) == ("qsp-b", "qsp-b", 0)
    assert seen.system.release == {"bookworm": "debian 12", "trixie": "debian 13"}[release]
    assert seen.system.python.startswith("3.")
    assert seen.system.machine
    assert seen.has(B)
    assert not seen.has(A)
    assert seen.names == {"qsp-a": (A,), "qsp-b": (B,)}
    assert seen.packages is not None
    assert set(packages.NEEDED) <= set(seen.packages)
    assert "sbd" not in seen.packages
    assert seen.squid_lifetime == 30
    assert seen.synchronised is False
    assert seen.guards.selinux == "absent"


@pytest.mark.parametrize("release", RELEASES)
def test_interfaces_of_a_bare_node(release: str) -> None:
    seen = read(release, "qsp-a")
    nic = seen.nic(ip_address("192.168.233.200"))
    assert nic is not None
    assert (nic.name, nic.up, nic.carrier) == ("eth0", True, True)
    assert len(nic.mac.split(":")) == 6
    assert ip_interface("192.168.233.11/24") in nic.addresses
    assert interfaces.holding(seen.interfaces, ip_address("172.16.233.11")) == seen.nic(ip_address("172.16.233.1"))
    assert seen.nic(ip_address("198.51.100.1")) is None


@pytest.mark.parametrize("release", RELEASES)
def test_units_of_a_bare_node(release: str) -> None:
    seen = read(release, "qsp-a").units
    proxy = seen["squid.service"]
    assert proxy.id == proxy.asked == "squid.service"
    assert (proxy.load, proxy.active, proxy.sub, proxy.file_state) == ("loaded", "active", "running", "enabled")
    assert proxy.running
    assert proxy.enabled
    assert (proxy.start_timeout, proxy.stop_timeout) == (90, 90)
    assert (proxy.restart, proxy.restarts, proxy.triggered_by) == ("no", {}, ())
    assert seen["sbd.service"].load == "not-found"
    assert not seen["sbd.service"].running
    assert seen["pacemaker.service"].stop_timeout == 1800
    assert set(seen) == set(units.asked(cluster()))


@pytest.mark.parametrize("release", RELEASES)
def test_the_stock_corosync_is_no_cluster(release: str) -> None:
    seen = read(release, "qsp-a")
    assert seen.corosync is not None
    assert seen.corosync.cluster_name == "debian"
    assert seen.corosync.stock
    assert seen.units["corosync.service"].running
    assert seen.running_cluster is None


@pytest.mark.parametrize("release", RELEASES)
def test_the_clock_reading_is_as_sharp_as_the_date_call_alone(release: str) -> None:
    said = json.loads((HERE / f"{release}.json").read_text())["qsp-a"]
    reading = read(release, "qsp-a").clock
    assert reading.least <= 0 <= reading.most  # the nodes were containers: one clock for all
    assert reading.most - reading.least < said["answered_at"] - said["asked_at"]


def test_nothing_asked_changes_anything() -> None:
    assert all(not action.changes_state for action in facts.actions(cluster()))


def test_squid_is_asked_about_only_where_it_serves() -> None:
    other = cluster(Service("web", "nginx.service"))
    assert len(facts.actions(other)) == len(facts.actions(cluster())) - 1
    assert "/etc/squid/squid.conf" not in str(facts.actions(other))


def test_a_host_without_ip_is_a_failure_that_says_so() -> None:
    with pytest.raises(CommandFailed, match="ip -json address"):
        read("bookworm", "qsp-a", saying("ip -json", "", code=127))


def test_what_timed_out_is_a_failure() -> None:
    wanted = cluster()
    answers = [replace(outcome, timed_out=True, code=-1) for outcome in outcomes("bookworm", "qsp-a", wanted)]
    with pytest.raises(CommandFailed):
        facts.read(answers, wanted, 0, 1)


def test_no_corosync_conf_and_no_dpkg() -> None:
    assert read("bookworm", "qsp-a", saying("read /etc/corosync", "", code=2)).corosync is None
    assert read("bookworm", "qsp-a", saying("dpkg-query", "", code=127)).packages is None


def test_a_missing_name_has_no_addresses() -> None:
    assert read("bookworm", "qsp-a", saying("getent ahosts qsp-b", "", code=2)).names["qsp-b"] == ()


def test_guards() -> None:
    assert read("trixie", "qsp-a", saying("read /sys/fs/selinux", "1")).guards.selinux == "enforcing"
    assert read("trixie", "qsp-a", saying("read /sys/fs/selinux", "0")).guards.selinux == "permissive"
    ufw = saying("read /etc/ufw", "# ufw\nENABLED=yes\nLOGLEVEL=low\n")
    assert read("trixie", "qsp-a", ufw).guards.ufw_enabled
    dogs = saying("find /dev", "/dev/watchdog0\n/dev/watchdog\n")
    assert read("trixie", "qsp-a", dogs).guards.watchdogs == ("/dev/watchdog", "/dev/watchdog0")


def test_drop_ins_that_set_restart_belong_to_their_units() -> None:
    said = (
        "/etc/systemd/system/squid.service.d/override.conf:Restart=on-failure\n"
        "/etc/systemd/system/other.service.d/override.conf:Restart=always\n"
        "/usr/lib/systemd/system/squid.service.d/10-vendor.conf: Restart = no\n"
    )
    own = "/etc/systemd/system/squid.service.d/override.conf /lib/systemd/system/squid.service.d/10-vendor.conf"

    def change(outcome: Outcome) -> Outcome:
        shown = saying("systemctl show", outcome.stdout.replace("DropInPaths=", f"DropInPaths={own}", 1))
        return saying("grep -rsHE '--include", said)(shown(outcome))

    unit = read("bookworm", "qsp-a", change).units["squid.service"]
    assert unit.drop_ins == tuple(own.split())
    assert unit.restarts == {own.split(maxsplit=1)[0]: "on-failure", own.split()[1]: "no"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1min 30s", 90),
        ("30min", 1800),
        ("infinity", math.inf),
        ("", math.inf),
        ("0", 0),
        ("1h 5ms", 3600.005),
        ("2.500s", 2.5),
        ("1month", 2629800),
    ],
)
def test_time_spans(text: str, seconds: float) -> None:
    assert timespan.seconds(text) == pytest.approx(seconds)


def test_no_time_span() -> None:
    with pytest.raises(ValueError, match="soon"):
        timespan.seconds("soon")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 30),
        ("/etc/squid/squid.conf:shutdown_lifetime 5 seconds\n", 5),
        ("/etc/squid/squid.conf:shutdown_lifetime 2 minutes\n", 120),
        ("/etc/squid/squid.conf:shutdown_lifetime 7\n", 7),
        (
            (
                "/etc/squid/squid.conf:shutdown_lifetime 1 hour\n"
                "/etc/squid/squid.conf:include /etc/squid/conf.d/*.conf\n"
                "/etc/squid/conf.d/a.conf:shutdown_lifetime 3 seconds\n"
                "/etc/squid/conf.d/b.conf:  shutdown_lifetime   4 second\n"
            ),
            4,
        ),
        (
            (
                "/etc/squid/squid.conf:include /etc/squid/conf.d/*.conf\n"
                "/etc/squid/squid.conf:shutdown_lifetime 9 seconds\n"
                "/etc/squid/conf.d/a.conf:shutdown_lifetime 3 seconds\n"
            ),
            9,
        ),
        ("/etc/squid/conf.d/a.conf.old:shutdown_lifetime 3 seconds\n", 30),
        ("/etc/squid/squid.conf:shutdown_lifetime soon\n", 30),
    ],
)
def test_squids_own_patience(said: str, seconds: float) -> None:
    assert squid.parse(said) == seconds


def test_clocks() -> None:
    date = Outcome("qsp-a", Command(("date",)), 0, "1000.5\n", "", 0.0)
    ahead = clock.read(date, 900.0, 900.5)
    assert (ahead.least, ahead.most) == (100.0, 100.5)
    level = clock.read(date, 1000.2, 1000.7)
    assert ahead.apart(level) == level.apart(ahead) == pytest.approx(99.7)
    assert level.apart(clock.read(date, 1000.4, 1000.9)) == 0


@pytest.mark.parametrize(
    ("said", "synchronised"), [("NTPSynchronized=yes\n", True), ("NTPSynchronized=no", False), ("", None)]
)
def test_ntp(*, said: str, synchronised: bool | None) -> None:
    outcome = Outcome("qsp-a", Command(("timedatectl",)), 0, said, "", 0.0)
    assert clock.read_synchronised((outcome,)) is synchronised


def test_os_release_with_quotes_and_comments() -> None:
    assert system.os_release("# a\nNAME=\"Debian GNU/Linux\"\nID=debian\nX='a b'\n") == {
        "NAME": "Debian GNU/Linux",
        "ID": "debian",
        "X": "a b",
    }


CONF = """
totem {
    version: 2
    cluster_name: shop
    interface {
        linknumber: 0
    }
}
nodelist {
    node {
        name: till
        nodeid: 1
        ring0_addr: 192.168.233.11
        ring1_addr: 172.16.233.11
    }
    node {
        nodeid: 2
        ring0_addr: 192.168.233.12
    }
}
"""


def test_a_real_clusters_corosync_conf() -> None:
    conf = corosync_conf.parse(CONF)
    assert conf.cluster_name == "shop"
    assert conf.members == (
        corosync_conf.Member("till", "1", ("192.168.233.11", "172.16.233.11")),
        corosync_conf.Member("", "2", ("192.168.233.12",)),
    )
    assert not conf.stock
    assert read("trixie", "qsp-a", saying("read /etc/corosync", CONF)).running_cluster == conf


def test_a_multicast_cluster_without_nodelist_is_not_the_stock_one() -> None:
    assert not corosync_conf.parse("totem {\n cluster_name: old\n}\n").stock


def test_a_broken_corosync_conf_says_why() -> None:
    assert "line 2" in corosync_conf.parse("totem {\nhello\n}\n").fault


def test_a_missing_file_is_no_conf() -> None:
    assert corosync_conf.read((Outcome("qsp-a", Get("/x"), 2, "", "", 0.0),)) is None


def test_drbd_s_package_is_asked_for_and_needed_only_with_a_volume() -> None:
    volume = Volume((("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdb")), "/srv/squid", 1)
    logging = cluster(replace(SQUID, volume=volume))
    assert "drbd-utils" not in {*packages.known(cluster()), *packages.needed(cluster())}
    assert "drbd-utils" in packages.known(logging) and "drbd-utils" in packages.needed(logging)
    new = {*map(shown, facts.actions(logging))} - {*map(shown, facts.actions(cluster()))}
    asked = [
        "blockdev",
        "dpkg-query",
        "drbdsetup",
        "lsblk",
        "modinfo",
        "python3",
        "read",
        "read",
        "read",
        "systemctl",
        "wipefs",
    ]
    assert sorted(each.split()[0] for each in new) == asked
