"""Watching: what several nodes say becomes one sight, and a node that hangs keeps nobody waiting."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hakit.apply.watching import STALE, Answer, Watch, compose
from hakit.core import Action, HostUnreachable, Outcome
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState
from hakit.plan.events import Kind, Sight, Story, follow
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster
from tests.unit.plan import running

NOW = datetime(2026, 11, 24, 17, 0, 0, tzinfo=UTC)


def states() -> tuple[ClusterState, ClusterState]:
    """Return what the controller says, and what another node says that lags behind."""
    state = running.seen().state
    assert state is not None and state.dc == "qsp-a"
    return state, replace(state, maintenance=True)


def test_the_controller_s_own_word_counts() -> None:
    leader, other = states()
    answers = {"qsp-a": Answer(NOW - timedelta(seconds=1), leader), "qsp-b": Answer(NOW, other)}
    assert compose(cluster(), answers, NOW, began=NOW).state == leader


def test_old_answers_do_not() -> None:
    leader, other = states()
    old = NOW - timedelta(seconds=STALE + 1)
    seen = compose(cluster(), {"qsp-a": Answer(old, leader), "qsp-b": Answer(NOW, other)}, NOW, began=old)
    assert seen.state == other and set(seen.missing) == {"qsp-a"} and set(seen.links) == {"qsp-b"}


def test_who_has_not_answered_yet_is_missing_only_after_a_while() -> None:
    assert compose(cluster(), {}, NOW, began=NOW).missing == {}
    late = compose(cluster(), {}, NOW, began=NOW - timedelta(seconds=STALE + 1))
    assert set(late.missing) == {"qsp-a", "qsp-b"}


def test_a_node_where_pacemaker_does_not_run_answers_but_knows_nothing() -> None:
    leader, _ = states()
    seen = compose(cluster(), {"qsp-a": Answer(NOW, leader), "qsp-b": Answer(NOW)}, NOW, began=NOW)
    assert seen.missing == {} and set(seen.links) == {"qsp-a"}


class Hanging(SimulatedHosts):
    """A set of hosts of which one may hang or be away."""

    def __init__(self, wanted: Cluster) -> None:
        super().__init__(wanted)
        self.freed, self.hangs, self.away = threading.Event(), "", ""

    def batch(self, host: str, actions: tuple[Action, ...], *, keep_going: bool = False) -> tuple[Outcome, ...]:  # type: ignore[override]
        if host == self.hangs:
            self.freed.wait(30)
        if host in {self.away, self.hangs}:
            raise HostUnreachable(host, "it is off")
        return super().batch(host, actions, keep_going=keep_going)


def hanging() -> Hanging:
    made = Hanging(cluster())
    source = running.hosts()
    made.hosts = source.hosts
    return made


def test_it_follows_a_running_cluster() -> None:
    hosts = hanging()
    story, kinds = Story(), []
    with Watch(cluster(), hosts, every=0.02) as watch:
        for number, sight in enumerate(itertools.islice(watch.sights(), 40)):
            story, told = follow(cluster(), story, sight)
            kinds += [each.kind for each in told]
            if number == 3:
                hosts.away = "qsp-b"
            if number == 20:
                hosts.away = ""
    assert kinds == [Kind.NODE_SILENT, Kind.NODE_ANSWERS]
    assert hosts.changes == []


def test_a_host_that_hangs_keeps_nobody_waiting() -> None:
    hosts = hanging()
    hosts.hangs = "qsp-b"
    try:
        with Watch(cluster(), hosts, every=0.02) as watch:
            seen: list[Sight] = list(itertools.islice(watch.sights(), 5))
    finally:
        hosts.freed.set()
    assert all(each.state is not None for each in seen)
    assert set(seen[-1].missing) <= {"qsp-b"}
