"""SBD turned on, changed and turned off in a simulated running cluster: the cluster stops for it, the services don't."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply.bootstrap import bootstrap
from hakit.apply.destroy import destroy
from hakit.apply.engine import Refused
from hakit.apply.foresight import foresee
from hakit.core import Tape, shown
from hakit.model import Cluster, SbdFencing, sbd
from hakit.observe import node as paths
from hakit.plan.bootstrap.refusals import SbdOtherwise, WatchdogWaitStays
from tests.doubles import sbd as simulated
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.doubles.sbd import SbdDisk
from tests.sample_clusters import cluster
from tests.unit.apply.test_change import applied
from tests.unit.plan import running

DISK = "/dev/disk/by-id/virtio-sbd"
DISKS = replace(cluster(), fencing=SbdFencing((DISK,), priority_delay=10))
ALONE = replace(cluster(nodes=3), fencing=SbdFencing())


def hosts_of(now: Cluster, *, installed: bool = True) -> SimulatedHosts:
    """Return hosts that run the cluster, with sbd installed, and serve squid all the time from now on."""
    hosts = running.hosts(now)
    if installed:
        shared = {DISK: SbdDisk()}
        for host in hosts.everyone:
            hosts.install_sbd(host, shared)
    (before,) = (host for host in hosts.everyone if host.running("squid.service"))

    def watch() -> None:
        assert [host for host in hosts.everyone if host.running("squid.service")] == [before], "squid runs on"

    hosts.watch = watch
    return hosts


def together(hosts: SimulatedHosts, since: int) -> None:
    """Assert that nobody's Corosync was told to stop, or start, while another node's Pacemaker was still to be stopped."""
    told = [shown(action) for _, action in hosts.changes[since:]]
    pacemakers = [place for place, line in enumerate(told) if line == "systemctl stop -- pacemaker.service"]
    corosyncs = [
        place
        for place, line in enumerate(told)
        if line == "systemctl stop -- corosync.service" or "cluster destroy" in line
    ]
    assert len(pacemakers) == len(corosyncs) == len(hosts.hosts)
    assert max(pacemakers) < min(corosyncs)


def running_with(hosts: SimulatedHosts, *, disks: tuple[str, ...], timeout: int) -> None:
    for host in hosts.everyone:
        said = sbd.values(host.text(sbd.FILE))
        assert host.units[sbd.UNIT] == SimUnit("enabled", active=True)
        assert (sbd.disks(host.text(sbd.FILE)), said["SBD_WATCHDOG_TIMEOUT"]) == (disks, str(timeout))
        assert 'name="stonith-enabled" value="true"' in host.text(paths.CIB)
        assert "maintenance-mode" not in host.text(paths.CIB)


def without(hosts: SimulatedHosts) -> None:
    for host in hosts.everyone:
        assert host.units[sbd.UNIT] == SimUnit()
        assert host.text(sbd.FILE) == simulated.FILE
        assert sbd.DROP_IN not in host.disk.files
        assert 'name="stonith-enabled" value="false"' in host.text(paths.CIB)
        assert "stonith-watchdog-timeout" not in host.text(paths.CIB)


def test_the_plan_says_that_the_cluster_has_to_stop() -> None:
    found = foresee(DISKS, hosts_of(cluster()))
    assert {each.takes for each in found.differences if each.where == sbd.FILE} == {"stop"}
    titles = [stage.title for stage in found.stages]
    assert titles.index("Stop the cluster, not the services") < titles.index("Write SBD's header")
    assert titles.index("Set SBD up") < titles.index("Start the cluster")


def test_turned_on_and_off_again(each_tool: str) -> None:
    del each_tool
    hosts = hosts_of(cluster())
    applied(DISKS, hosts)
    running_with(hosts, disks=(DISK,), timeout=5)
    assert foresee(DISKS, hosts).empty
    applied(cluster(), hosts)
    without(hosts)
    assert foresee(cluster(), hosts).empty


def test_without_disks_turned_on_made_slower_and_off_again() -> None:
    bare = cluster(nodes=3)
    hosts = hosts_of(bare)
    applied(ALONE, hosts)
    running_with(hosts, disks=(), timeout=5)
    slower, since = replace(ALONE, fencing=SbdFencing(timeout=60)), len(hosts.changes)
    applied(slower, hosts)
    together(hosts, since)
    running_with(hosts, disks=(), timeout=60)
    since = len(hosts.changes)
    applied(bare, hosts)
    together(hosts, since)
    without(hosts)


def test_destroy_without_disks_stops_pacemaker_on_all_nodes_first() -> None:
    hosts = running.hosts(ALONE)
    since = len(hosts.changes)
    destroy(ALONE, hosts, listener=Tape(), agree=lambda _: True)
    together(hosts, since)


def test_a_change_without_disks_that_was_killed_anywhere_is_finished_by_the_next() -> None:
    bare, whole = cluster(nodes=3), running.hosts(ALONE)
    start = whole.effects
    applied(bare, whole)
    for effects in range(0, whole.effects - start, 5):
        hosts = running.hosts(ALONE)
        hosts.die_after = effects
        with pytest.raises(Killed):
            applied(bare, hosts)
        hosts.die_after = None
        for host in hosts.everyone:
            host.lock = ""
        applied(bare, hosts)
        without(hosts)


@pytest.mark.parametrize(("before", "after"), [(cluster(), DISKS), (DISKS, cluster())], ids=["on", "off"])
def test_a_change_that_was_killed_anywhere_is_finished_by_the_next(before: Cluster, after: Cluster) -> None:
    whole = hosts_of(before, installed=before is not DISKS)
    start = whole.effects
    applied(after, whole)
    for effects in range(0, whole.effects - start, 5):
        hosts = hosts_of(before, installed=before is not DISKS)
        hosts.die_after = effects
        with pytest.raises(Killed):
            applied(after, hosts)
        hosts.die_after = None
        for host in hosts.everyone:
            host.lock = ""
        applied(after, hosts)
        running_with(hosts, disks=(DISK,), timeout=5) if after is DISKS else without(hosts)


def refused(wanted: Cluster, hosts: SimulatedHosts) -> tuple[object, ...]:
    before = hosts.snapshot()
    with pytest.raises(Refused) as caught:
        bootstrap(wanted, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    assert hosts.snapshot() == before
    return caught.value.findings


def test_bootstrap_doesn_t_stop_a_cluster_in_passing() -> None:
    hosts = hosts_of(cluster())
    assert refused(DISKS, hosts) == (SbdOtherwise(host="qsp-a"), SbdOtherwise(host="qsp-b"))


def test_a_cluster_at_rest_that_counts_on_watchdogs_is_started_first() -> None:
    hosts = running.hosts(ALONE)
    for name in hosts.hosts:
        hosts.stop(name)
    assert refused(cluster(nodes=3), hosts) == (WatchdogWaitStays(seconds=15),)
