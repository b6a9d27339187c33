"""When to look again at services that are on their way: seldom in the middle, often at the end, never in a hurry."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from ipaddress import ip_interface

import pytest

from hakit.apply.patience import Progress
from hakit.model import Cluster, Service, Vip
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health.services import parts
from tests.doubles.clock import FakeClock
from tests.sample_clusters import cluster
from tests.unit.plan import running


def many(count: int) -> Cluster:
    return cluster(
        *(Service(f"s{n}", f"s{n}.service", Vip(ip_interface(f"192.168.233.{100 + n}/24"))) for n in range(count))
    )


@cache
def whole(count: int) -> ClusterState:
    """Give the state in which all of them run."""
    state = running.seen(many(count)).state
    assert state is not None
    return state


def started(count: int, of: int) -> ClusterState:
    """Give the state in which only the first ones run."""
    there = {part for service in many(of).services[:count] for part in parts(service)}
    state = whole(of)
    placed = {part: nodes for part, nodes in state.placed.items() if part in there}
    return replace(state, resources=tuple(each for each in state.resources if each.id in there), placed=placed)


def watched(seconds: dict[float, int], of: int) -> FakeClock:
    """Wait until all run; `seconds` has how many run from when on. Gives the clock."""
    clock = FakeClock()
    progress = Progress(many(of), clock)
    while True:
        runs = max((count for begin, count in seconds.items() if begin <= clock.now() - 1000), default=0)
        if runs == of:
            return clock
        progress.idle({"qsp-a": started(runs, of)})
        clock.sleep(progress.pace())


def test_of_many_that_start_evenly_few_looks_are_taken_and_the_last_is_in_time() -> None:
    clock = watched({2.0 + n * 0.8: n for n in range(1, 51)}, of=50)
    end = 2.0 + 50 * 0.8
    assert len(clock.slept) <= 20
    assert end <= clock.now() - 1000 <= end + 0.5


def test_one_service_is_looked_at_all_the_time() -> None:
    clock = watched({4.0: 1}, of=1)
    assert clock.now() - 1000 < 4.25


@pytest.mark.parametrize("runs", [1, 49])
def test_what_does_not_get_on_is_looked_at_now_and_then(runs: int) -> None:
    clock = watched({1.0: runs, 61.0: 50}, of=50)
    assert len(clock.slept) <= 30
    assert max(clock.slept) <= 5.0
    assert clock.now() - 1000 <= 66.0
