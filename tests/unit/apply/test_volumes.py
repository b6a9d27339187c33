"""Volumes made on simulated hosts that forbid whatever could lose data: from blank devices, through any death."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply.bootstrap import Refused, bootstrap
from hakit.apply.destroy import destroy
from hakit.core import Tape
from hakit.model import Volume
from hakit.observe.host.volumes import resource_file
from hakit.plan.bootstrap.refusals import RunsWithoutVolume, VolumeDropped
from hakit.plan.preflight.volumes import DeviceNotBlank, PlaceTaken
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.doubles.volumes import DEVICE
from tests.sample_clusters import SQUID, cluster

LOGS, KEPT, ON_VOLUME = "/var/log/squid", "/var/log/squid.before-hakit", "/srv/squid/log"
VOLUME = Volume((("qsp-a", DEVICE), ("qsp-b", DEVICE)), "/srv/squid", 1, owner="proxy", links=((LOGS, "log"),))
WANTED = cluster(replace(SQUID, volume=VOLUME))
OLD, NEW = frozenset({"access.log.1"}), frozenset({"access.log", "cache.log"})


def bare() -> SimulatedHosts:
    """Give two hosts on which squid has run: on qsp-b lately, on qsp-a once."""
    hosts = SimulatedHosts(WANTED)
    for name, files, newest in (("qsp-a", OLD, 1000.0), ("qsp-b", NEW, 2000.0)):
        hosts.hosts[name].store.places[LOGS] = files
        hosts.hosts[name].store.newest = newest
    return hosts


def up(hosts: SimulatedHosts) -> bool:
    hosts.notes_first = True
    return bootstrap(WANTED, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True).changed


def made(hosts: SimulatedHosts) -> None:
    """Assert that both have the volume, with the newer logs on it, and have kept their own."""
    for name, files in (("qsp-a", OLD), ("qsp-b", NEW)):
        store = hosts.hosts[name].store
        assert store.places == {LOGS: ON_VOLUME, KEPT: files}
        assert (store.metadata, store.disk, store.primary, store.mounted) == (True, "UpToDate", False, "")
        assert store.files is not None
        assert (store.files.label, store.files.folders) == ("hakit", {ON_VOLUME: NEW})
        assert hosts.hosts[name].units["drbd.service"].boot == "disabled"


def test_blank_devices_become_a_volume_with_the_logs_that_were_written_last() -> None:
    hosts = bare()
    assert up(hosts)
    made(hosts)
    assert not up(hosts), "a second run finds nothing to do"


def test_a_run_that_was_killed_anywhere_is_finished_by_the_next() -> None:
    whole = bare()
    up(whole)
    for after in range(0, whole.effects, 3):
        hosts = bare()
        hosts.die_after = after
        with pytest.raises(Killed):
            up(hosts)
        hosts.die_after = None
        up(hosts)
        made(hosts)


def test_destroy_makes_the_directories_what_they_were_and_leaves_the_volume_s_data() -> None:
    hosts = bare()
    up(hosts)
    assert destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
    for name, files in (("qsp-a", OLD), ("qsp-b", NEW)):
        store = hosts.hosts[name].store
        assert store.places == {LOGS: files}
        assert not store.up
        assert store.files is not None
        assert store.files.folders == {ON_VOLUME: NEW}
        assert hosts.hosts[name].units["drbd.service"] == SimUnit("enabled", active=True)
        assert resource_file("squid") not in hosts.hosts[name].disk.files, "DRBD would bring it up at boot"
    assert not destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
    up(hosts)
    store = hosts.hosts["qsp-a"].store
    assert store.files is not None
    assert store.files.folders == {ON_VOLUME: NEW}, "the same volume was found again"
    assert store.places == {LOGS: ON_VOLUME, KEPT: OLD}


def test_a_destroy_that_was_killed_anywhere_is_finished_by_the_next() -> None:
    whole = bare()
    up(whole)
    before = whole.effects
    destroy(WANTED, whole, listener=Tape(), agree=lambda _: True)
    for after in range(0, whole.effects - before, 2):
        hosts = bare()
        up(hosts)
        hosts.notes_first, hosts.die_after = False, after
        with pytest.raises(Killed):
            destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
        hosts.die_after = None
        destroy(WANTED, hosts, listener=Tape(), agree=lambda _: True)
        for name, files in (("qsp-a", OLD), ("qsp-b", NEW)):
            assert hosts.hosts[name].store.places == {LOGS: files}


def refused(hosts: SimulatedHosts, wanted: object = WANTED) -> tuple[object, ...]:
    before = hosts.snapshot()
    with pytest.raises(Refused) as caught:
        bootstrap(wanted, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)  # type: ignore[arg-type]
    assert hosts.snapshot() == before
    return caught.value.findings


def test_a_device_with_a_file_system_is_refused_with_nothing_changed() -> None:
    hosts = bare()
    hosts.hosts["qsp-b"].store.strange = "xfs"
    contents = ("xfs 'precious'",)
    assert refused(hosts) == (DeviceNotBlank(host="qsp-b", service="squid", device=DEVICE, contents=contents),)


def test_metadata_of_drbd_without_our_file_are_somebody_else_s() -> None:
    hosts = bare()
    hosts.hosts["qsp-a"].store.metadata = True
    assert refused(hosts) == (DeviceNotBlank(host="qsp-a", service="squid", device=DEVICE, contents=("drbd",)),)


def test_a_link_that_leads_elsewhere_is_not_moved() -> None:
    hosts = bare()
    hosts.hosts["qsp-a"].store.places[LOGS] = "/data/squid"
    what = "a link to /data/squid"
    assert refused(hosts) == (PlaceTaken(host="qsp-a", service="squid", path=LOGS, what=what),)


def test_a_running_service_gets_no_volume_under_its_feet() -> None:
    hosts = bare()
    bootstrap(cluster(), hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    (where,) = (name for name, host in hosts.hosts.items() if host.running("squid.service"))
    assert refused(hosts) == (RunsWithoutVolume(service="squid", unit="squid.service", host=where),)


def test_a_volume_is_not_dropped_in_passing() -> None:
    hosts = bare()
    up(hosts)
    assert VolumeDropped(service="squid") in refused(hosts, cluster())
