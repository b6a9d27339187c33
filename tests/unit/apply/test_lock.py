"""Who changes a cluster does so alone: every verb is refused while somebody else has the lock, and gives it back after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from hakit.apply.destroy import destroy
from hakit.apply.lock import Busy
from hakit.apply.operating import cleanup, maintenance, service, standby
from hakit.apply.operating.reins import Means
from hakit.apply.switchover import switchover
from hakit.core import Tape
from hakit.model import Cluster
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster
from tests.unit.plan import running

EVE = "eve@admin, process 7 of 0123456789ab"
NODES = ("qsp-a", "qsp-b")
Verb = Callable[[Cluster, Means], object]


def yes(_: object) -> bool:
    return True


def failed(hosts: SimulatedHosts) -> None:
    hosts.hosts["qsp-b"].failed["squid-unit_start_0"] = "the port is taken"


def stopped(hosts: SimulatedHosts) -> None:
    service.stop(cluster(), Means(hosts, FakeClock(), Tape()), "squid", agree=yes)


def resting(hosts: SimulatedHosts) -> None:
    standby.standby(cluster(), Means(hosts, FakeClock(), Tape()), "qsp-b", agree=yes)


def kept(hosts: SimulatedHosts) -> None:
    maintenance.on(cluster(), Means(hosts, FakeClock(), Tape()), by="me", lasting=timedelta(hours=1))


VERBS: dict[str, tuple[Callable[[SimulatedHosts], None], Verb]] = {
    "switchover": (
        lambda _: None,
        lambda known, by: switchover(known, by.runner, "squid", None, clock=by.clock, listener=by.listener),
    ),
    "standby": (lambda _: None, lambda known, by: standby.standby(known, by, "qsp-b", agree=yes)),
    "unstandby": (resting, lambda known, by: standby.unstandby(known, by, "qsp-b")),
    "maintenance on": (lambda _: None, lambda known, by: maintenance.on(known, by, by="me", lasting=None)),
    "maintenance off": (kept, maintenance.off),
    "cleanup": (failed, lambda known, by: cleanup.cleanup(known, by, "")),
    "restart": (lambda _: None, lambda known, by: service.restart(known, by, "squid", agree=yes)),
    "stop": (lambda _: None, lambda known, by: service.stop(known, by, "squid", agree=yes)),
    "start": (stopped, lambda known, by: service.start(known, by, "squid")),
    "destroy": (lambda _: None, lambda known, by: destroy(known, by.runner, listener=by.listener, agree=yes)),
}


@pytest.mark.parametrize("verb", VERBS)
def test_one_changes_the_others_say_who_it_is(verb: str) -> None:
    prepare, do = VERBS[verb]
    hosts = running.hosts()
    prepare(hosts)
    hosts.changes = []
    hosts.hosts["qsp-b"].lock = EVE
    with pytest.raises(Busy, match="eve@admin, process 7") as caught:
        do(cluster(), Means(hosts, FakeClock(), Tape()))
    assert "qsp-b" in caught.value.message and "nothing was changed" in caught.value.message
    assert hosts.changes == []
    assert hosts.hosts["qsp-a"].lock == "", "what was taken is given back"
    hosts.hosts["qsp-b"].lock = ""
    held: set[str] = set()
    hosts.watch = lambda: held.update(name for name in NODES if hosts.hosts[name].lock)
    do(cluster(), Means(hosts, FakeClock(), Tape()))
    assert held == set(NODES), "it was held while something was changed"
    assert [host.lock for host in hosts.everyone] == ["", ""]


def test_what_is_so_already_needs_no_lock() -> None:
    hosts = running.hosts()
    hosts.hosts["qsp-b"].lock = EVE
    assert not standby.unstandby(cluster(), Means(hosts, FakeClock(), Tape()), "qsp-b").changed


def test_a_service_is_taken_from_a_node_that_can_not_be_reached() -> None:
    hosts = running.hosts()
    reins_seen: list[str] = []

    def lost() -> None:
        # It was seen, and is lost before the lock is taken there.
        if hosts.hosts["qsp-a"].lock and not reins_seen:
            reins_seen.append("lost")
            hosts.lost.add("qsp-b")

    hosts.watch = lost
    service.restart(cluster(), Means(hosts, FakeClock(), Tape()), "squid", agree=yes)
    assert reins_seen and hosts.hosts["qsp-a"].lock == ""
