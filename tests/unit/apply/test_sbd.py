"""SBD set up on simulated hosts that forbid a header over data and a change under a running sbd: through any death."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply.bootstrap import Refused, bootstrap
from hakit.apply.destroy import destroy
from hakit.core import Tape, shown
from hakit.model import Cluster, NoFencing, SbdFencing, sbd
from hakit.plan.preflight.sbd import (
    NotTheSameDisk,
    SbdDiskMissing,
    SbdDiskNotBlank,
    SbdDiskOfOthers,
    SbdHeaderOtherwise,
    WatchdogMissing,
)
from tests.doubles import sbd as simulated
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.doubles.sbd import SbdDisk
from tests.sample_clusters import cluster

DISK = "/dev/disk/by-id/virtio-sbd"
WANTED = replace(cluster(), fencing=SbdFencing((DISK,), priority_delay=10))
NODES = ("qsp-a", "qsp-b")


def up(hosts: SimulatedHosts, wanted: Cluster = WANTED) -> bool:
    hosts.notes_first = True
    return bootstrap(wanted, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True).changed


def disk(hosts: SimulatedHosts, name: str = "qsp-a") -> SbdDisk:
    return hosts.hosts[name].sbd_disks[DISK]


def made(hosts: SimulatedHosts) -> None:
    """Assert that the disk has its header, and that sbd runs everywhere with it."""
    assert (disk(hosts).watchdog, disk(hosts).msgwait) == (5, 10)
    assert disk(hosts).slots == dict.fromkeys(NODES, "clear")
    for name in NODES:
        host = hosts.hosts[name]
        assert host.units[sbd.UNIT] == SimUnit("enabled", active=True)
        assert sbd.values(host.text(sbd.FILE)) == {
            "SBD_DEVICE": DISK,
            "SBD_PACEMAKER": "yes",
            "SBD_DELAY_START": "10",
            "SBD_WATCHDOG_DEV": "/dev/watchdog",
            "SBD_WATCHDOG_TIMEOUT": "5",
            "SBD_TIMEOUT_ACTION": "flush,reboot",
            "SBD_OPTS": "",
        }
        assert "TimeoutStartSec=100" in host.text(sbd.DROP_IN)


def test_a_blank_disk_gets_a_header_once_and_every_node_its_sbd() -> None:
    hosts = SimulatedHosts(WANTED)
    assert up(hosts)
    made(hosts)
    assert not up(hosts), "a second run finds nothing to do"


def test_the_start_is_given_the_time_that_sbd_makes_it_wait() -> None:
    for fencing, more in ((SbdFencing((DISK,), timeout=300), 600), (NoFencing("lab"), 0)):
        wanted = replace(cluster(), fencing=fencing)
        hosts = SimulatedHosts(wanted)
        up(hosts, wanted)
        starts = [action for _, action in hosts.changes if shown(action) == "pcs cluster start"]
        assert [action.timeout for action in starts] == [180 + more] * 2


def test_what_an_administrator_wrote_besides_stays() -> None:
    hosts = SimulatedHosts(WANTED)
    file = hosts.hosts["qsp-a"].disk.files[sbd.FILE]
    own = file.content.replace("SBD_OPTS=", "SBD_OPTS=-n qsp-a\n# ours")
    hosts.hosts["qsp-a"].disk.files[sbd.FILE] = replace(file, content=own)
    up(hosts)
    assert "SBD_OPTS=-n qsp-a\n# ours\n" in hosts.hosts["qsp-a"].text(sbd.FILE)


def test_a_run_that_was_killed_anywhere_is_finished_by_the_next() -> None:
    whole = SimulatedHosts(WANTED)
    up(whole)
    for after in range(0, whole.effects, 2):
        hosts = SimulatedHosts(WANTED)
        hosts.die_after = after
        with pytest.raises(Killed):
            up(hosts)
        hosts.die_after = None
        up(hosts)
        made(hosts)


def test_destroy_puts_sbd_s_file_back_and_leaves_the_header() -> None:
    hosts = SimulatedHosts(WANTED)
    before = hosts.snapshot()
    up(hosts)
    shown: list[str] = []
    destroy(
        WANTED,
        hosts,
        listener=Tape(),
        agree=lambda stages: bool(shown.extend(s.why for t in stages for s in t.steps)) or True,
    )
    assert f"as noted before bootstrap; SBD's header stays on {DISK}" in shown
    for name in NODES:
        host = hosts.hosts[name]
        assert host.text(sbd.FILE) == simulated.FILE
        assert sbd.DROP_IN not in host.disk.files
        assert host.units[sbd.UNIT] == SimUnit()
    assert hosts.snapshot() == before
    assert disk(hosts).uuid
    up(hosts)
    made(hosts)


def test_debian_s_stock_cluster_with_sbd_beside_it_is_not_killed() -> None:
    hosts = SimulatedHosts(WANTED)
    for host in hosts.everyone:
        host.make_stock()
        host.units[sbd.UNIT] = SimUnit("enabled", active=True)
    before = hosts.snapshot()
    up(hosts)
    made(hosts)
    assert not any("SIGKILL" in shown(action) for _, action in hosts.changes), "its watchdog would bite"
    hosts.notes_first = False
    destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
    assert hosts.snapshot() == before


def test_a_destroy_that_was_killed_anywhere_is_finished_by_the_next() -> None:
    whole = SimulatedHosts(WANTED)
    up(whole)
    before = whole.effects
    destroy(WANTED, whole, listener=Tape(), agree=lambda _: True)
    for after in range(0, whole.effects - before, 2):
        hosts = SimulatedHosts(WANTED)
        up(hosts)
        hosts.notes_first, hosts.die_after = False, after
        with pytest.raises(Killed):
            destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
        hosts.die_after = None
        destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
        for name in NODES:
            assert hosts.hosts[name].text(sbd.FILE) == simulated.FILE
            assert hosts.hosts[name].units[sbd.UNIT] == SimUnit()


def refused(hosts: SimulatedHosts) -> tuple[object, ...]:
    before = hosts.snapshot()
    with pytest.raises(Refused) as caught:
        bootstrap(WANTED, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    assert hosts.snapshot() == before
    assert hosts.effects == 0
    return caught.value.findings


def test_a_disk_that_holds_something_is_refused_with_nothing_changed() -> None:
    hosts = SimulatedHosts(WANTED)
    disk(hosts).strange = "ext4"
    contents = ("ext4 'precious'",)
    assert refused(hosts) == tuple(SbdDiskNotBlank(host=name, disk=DISK, contents=contents) for name in NODES)
    disk(hosts).strange, disk(hosts).garbage = "", True
    contents = ("data of an unknown kind at its beginning",)
    assert refused(hosts) == tuple(SbdDiskNotBlank(host=name, disk=DISK, contents=contents) for name in NODES)


def test_a_header_with_other_times_or_of_other_nodes_is_refused() -> None:
    hosts = SimulatedHosts(WANTED)
    disk(hosts).create("u", 15, 30)
    disk(hosts).slots["web-1"] = "clear"
    assert refused(hosts) == (
        SbdHeaderOtherwise(disk=DISK, watchdog=15, msgwait=30, wanted_watchdog=5, wanted_msgwait=10),
        SbdDiskOfOthers(disk=DISK, nodes=("web-1",)),
    )


def test_a_header_of_ours_is_kept() -> None:
    hosts = SimulatedHosts(WANTED)
    disk(hosts).create("made-before", 5, 10)
    up(hosts)
    assert disk(hosts).uuid == "made-before"


def test_two_disks_by_one_name_are_refused_before_and_on_the_way() -> None:
    hosts = SimulatedHosts(WANTED)
    hosts.hosts["qsp-b"].sbd_disks = {DISK: SbdDisk()}
    disk(hosts).create("u", 5, 10)
    assert refused(hosts) == (NotTheSameDisk(disk=DISK, headers=(("qsp-a", "u"), ("qsp-b", ""))),)
    hosts = SimulatedHosts(WANTED)
    hosts.hosts["qsp-b"].sbd_disks = {DISK: SbdDisk()}
    with pytest.raises(Exception, match="is not the same disk on all nodes"):
        up(hosts)
    assert not any(host.running("corosync.service") for host in hosts.everyone)


def test_a_watchdog_or_disk_that_is_not_there_is_refused() -> None:
    hosts = SimulatedHosts(WANTED)
    hosts.hosts["qsp-b"].watchdogs.clear()
    hosts.hosts["qsp-b"].sbd_disks = {}
    assert refused(hosts) == (
        WatchdogMissing(host="qsp-b", device="/dev/watchdog"),
        SbdDiskMissing(host="qsp-b", disk=DISK),
    )
