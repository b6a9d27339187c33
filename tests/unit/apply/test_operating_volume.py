"""Volumes that stand apart, on simulated hosts: nothing is dropped that nobody chose, and not without a copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply.bootstrap import bootstrap
from hakit.apply.operating import volume
from hakit.apply.operating.reins import Means
from hakit.apply.status import plain, status
from hakit.core import HakitError, Tape
from hakit.model import Volume
from hakit.plan.health import report
from hakit.plan.health.volumes import VolumeLost, VolumeSplit
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.doubles.volumes import DEVICE, Files, Store
from tests.sample_clusters import SQUID, cluster

VOLUME = Volume((("qsp-a", DEVICE), ("qsp-b", DEVICE)), "/srv/squid", 1)
WANTED = cluster(replace(SQUID, volume=VOLUME))
KEPT = Files("ext4", "hakit", {"/srv/squid": frozenset({"both", "kept"})})
DROPPED = Files("ext4", "hakit", {"/srv/squid": frozenset({"both", "dropped"})})


@pytest.fixture
def hosts() -> SimulatedHosts:
    """Two hosts with a volume that is made."""
    made = SimulatedHosts(WANTED)
    bootstrap(WANTED, made, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    return made


def means(hosts: SimulatedHosts) -> Means:
    return Means(hosts, FakeClock(patience=1000), Tape())


def part(hosts: SimulatedHosts) -> None:
    """Let both sides be written to while they are apart."""
    for name, files in (("qsp-a", KEPT), ("qsp-b", DROPPED)):
        hosts.hosts[name].store.apart, hosts.hosts[name].store.files = True, files


def test_what_is_alike_needs_nothing(hosts: SimulatedHosts) -> None:
    before, hosts.changes = hosts.snapshot(), []
    assert not volume.resync(WANTED, means(hosts), "squid").changed
    assert (hosts.snapshot(), hosts.changes) == (before, [])


def test_status_tells_programs_of_both_sides(hosts: SimulatedHosts) -> None:
    hosts.hosts["qsp-b"].store.up = False
    (service,) = plain(status(WANTED, hosts))["services"]  # type: ignore[misc]
    assert service["volume"] == {
        "qsp-a": {
            "role": "Secondary",
            "disk": "UpToDate",
            "connection": "WFConnection",
            "out_of_sync_kib": 0,
            "speed_kib_per_second": None,
            "seconds_left": None,
        }
    }


@pytest.mark.parametrize("down", [("qsp-b",), ("qsp-a", "qsp-b")], ids=["one side", "both"])
def test_a_volume_that_is_down_is_not_called_alike(hosts: SimulatedHosts, down: tuple[str, ...]) -> None:
    for name in down:
        hosts.hosts[name].store.up = False
    with pytest.raises(HakitError, match="don't become alike"):
        volume.resync(WANTED, means(hosts), "squid")


def test_sides_that_were_both_written_to_are_not_joined_by_resync(hosts: SimulatedHosts) -> None:
    part(hosts)
    with pytest.raises(HakitError, match="don't become alike") as caught:
        volume.resync(WANTED, means(hosts), "squid")
    assert caught.value.hint == "both sides were written to; choose one: hakit volume resolve squid --keep NODE"
    assert (hosts.hosts["qsp-a"].store.files, hosts.hosts["qsp-b"].store.files) == (KEPT, DROPPED)


def lose_disk(hosts: SimulatedHosts, name: str, *, blank: bool) -> Store:
    """Let DRBD let a device go; with `blank`, a new one is in its place."""
    store = hosts.hosts[name].store
    store.detached = True
    if blank:
        store.metadata, store.files = False, None
    return store


@pytest.mark.parametrize("blank", [False, True])
def test_a_side_gets_its_device_back_or_a_new_one(hosts: SimulatedHosts, *, blank: bool) -> None:
    files = hosts.hosts["qsp-a"].store.files
    store = lose_disk(hosts, "qsp-b", blank=blank)
    lost = VolumeLost(service="squid", node="qsp-b", what="has no device any more (Diskless)")
    assert lost in report.findings(volume.standing(WANTED, means(hosts)))
    assert volume.resync(WANTED, means(hosts), "squid").changed
    assert (store.detached, store.metadata, store.disk, store.files) == (False, True, "UpToDate", files)


def test_a_device_with_something_else_on_it_is_refused(hosts: SimulatedHosts) -> None:
    lose_disk(hosts, "qsp-b", blank=True).strange = "ext4"
    before, hosts.changes = hosts.snapshot(), []
    with pytest.raises(HakitError, match="qsp-b: /dev/vdb for the volume of squid is not blank: ext4 'precious'"):
        volume.resync(WANTED, means(hosts), "squid")
    assert (hosts.snapshot(), hosts.changes) == (before, [])


def test_a_new_device_is_not_taken_where_no_side_has_the_data(hosts: SimulatedHosts) -> None:
    lose_disk(hosts, "qsp-a", blank=False)
    lose_disk(hosts, "qsp-b", blank=True)
    with pytest.raises(HakitError, match="no other side has the data of squid; nothing was done"):
        volume.resync(WANTED, means(hosts), "squid")
    assert not hosts.hosts["qsp-b"].store.metadata


@pytest.mark.parametrize("copy", [True, False])
def test_one_side_is_chosen_and_the_other_laid_aside(hosts: SimulatedHosts, *, copy: bool) -> None:
    part(hosts)
    seen = volume.standing(WANTED, means(hosts))
    assert VolumeSplit(service="squid", nodes=("qsp-a", "qsp-b")) in report.findings(seen)
    done = volume.resolve(WANTED, means(hosts), "squid", "qsp-a", copy=copy, agree=lambda *_: True)
    assert done.changed
    one, other = (hosts.hosts[name].store for name in ("qsp-a", "qsp-b"))
    assert one.files == other.files == KEPT
    assert other.dropped == (DROPPED if copy else None)
    assert not (other.detached or other.peeked)


def test_a_side_that_came_into_use_while_somebody_thought_it_over_is_not_dropped(hosts: SimulatedHosts) -> None:
    part(hosts)

    def slowly(*_: object) -> bool:
        hosts.hosts["qsp-b"].store.primary = True
        return True

    with pytest.raises(HakitError, match="squid runs on qsp-b with the data that would be dropped"):
        volume.resolve(WANTED, means(hosts), "squid", "qsp-a", copy=True, agree=slowly)
    assert hosts.hosts["qsp-b"].store.files == DROPPED


def test_nothing_is_dropped_without_a_yes(hosts: SimulatedHosts) -> None:
    part(hosts)
    before, hosts.changes = hosts.snapshot(), []
    with pytest.raises(HakitError, match="not agreed"):
        volume.resolve(WANTED, means(hosts), "squid", "qsp-a", copy=True, agree=lambda *_: False)
    assert (hosts.snapshot(), hosts.changes) == (before, [])
