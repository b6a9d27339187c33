"""What happened between two sights of a cluster, and what it remembers by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hakit.observe import crm_mon
from hakit.observe.crm_mon import ClusterState, Failure, Fence
from hakit.observe.links import Link
from hakit.plan.events import Kind, Sight, Story, follow, remembered
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

START = datetime(2026, 11, 24, 17, 0, 0, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "observe/data"
UP = {name: (Link(1, 0, True), Link(1, 1, True), Link(2, 0, True), Link(2, 1, True)) for name in ("qsp-a", "qsp-b")}
Change = Callable[[ClusterState], ClusterState]


@pytest.fixture(scope="module")
def healthy() -> ClusterState:
    state = running.seen().state
    assert state is not None
    return state


def sight(state: ClusterState | None, after: float = 0, **more: object) -> Sight:
    return replace(Sight(START + timedelta(seconds=after), state, UP), **more)  # type: ignore[arg-type]


def told(*sights: Sight) -> list[tuple[Kind, str, str]]:
    """Follow the sights, and give kind, subject and node of what happened."""
    story = Story()
    found = []
    for each in sights:
        story, happened = follow(cluster(), story, each)
        found += [(one.kind, one.subject, one.node) for one in happened]
    return found


def on(state: ClusterState, *nodes: str, target: str = "") -> ClusterState:
    """Let squid be on those nodes."""
    role = "Started" if nodes else "Stopped"
    resources = tuple(replace(each, nodes=nodes, role=role, target=target) for each in state.resources)
    return replace(state, resources=resources, placed={each.id: nodes for each in resources})


def member(state: ClusterState, name: str, **flags: bool) -> ClusterState:
    return replace(state, nodes=tuple(replace(n, **flags) if n.name == name else n for n in state.nodes))


def test_when_nothing_happens_nothing_is_told(healthy: ClusterState) -> None:
    assert told(sight(healthy), sight(healthy, 1), sight(healthy, 2)) == []


def test_a_move_is_told_with_its_gap(healthy: ClusterState) -> None:
    story, _ = follow(cluster(), Story(), sight(healthy))
    story, down = follow(cluster(), story, sight(on(healthy), 1))
    story, moved = follow(cluster(), story, sight(on(healthy, "qsp-b"), 4))
    assert [(each.kind, each.node) for each in down] == [(Kind.SERVICE_DOWN, "qsp-a")]
    assert [(each.kind, each.node, each.when) for each in moved] == [
        (Kind.SERVICE_MOVED, "qsp-b", START + timedelta(seconds=4))
    ]
    assert moved[0].text == "squid moved from qsp-a to qsp-b, by the cluster's word about 3 s without it"
    assert story.since["squid"] == START + timedelta(seconds=4) and story.last["squid"] == "qsp-b"


def test_a_move_between_two_sights_has_no_gap(healthy: ClusterState) -> None:
    _, moved = follow(cluster(), follow(cluster(), Story(), sight(healthy))[0], sight(on(healthy, "qsp-b"), 1))
    assert [each.text for each in moved] == ["squid moved from qsp-a to qsp-b"]


def test_a_restart_in_place_is_no_move(healthy: ClusterState) -> None:
    assert told(sight(healthy), sight(on(healthy), 1), sight(healthy, 2)) == [
        (Kind.SERVICE_DOWN, "squid", "qsp-a"),
        (Kind.SERVICE_UP, "squid", "qsp-a"),
    ]


def test_out_of_service_and_back(healthy: ClusterState) -> None:
    stopped = on(healthy, target="Stopped")
    assert told(sight(healthy), sight(stopped, 1), sight(healthy, 2)) == [
        (Kind.OUT_OF_SERVICE, "squid", "qsp-a"),
        (Kind.SERVICE_DOWN, "squid", "qsp-a"),
        (Kind.IN_SERVICE, "squid", ""),
        (Kind.SERVICE_UP, "squid", "qsp-a"),
    ]


CHANGES: list[tuple[Change, Kind, Kind]] = [
    (lambda old: member(old, "qsp-b", online=False), Kind.NODE_LOST, Kind.NODE_BACK),
    (lambda old: member(old, "qsp-b", standby=True), Kind.STANDBY, Kind.UNSTANDBY),
    (lambda old: replace(old, quorate=False), Kind.QUORUM_LOST, Kind.QUORUM_BACK),
    (lambda old: replace(old, maintenance=True), Kind.MAINTENANCE_ON, Kind.MAINTENANCE_OFF),
]


@pytest.mark.parametrize(("change", "away", "back"), CHANGES)
def test_there_and_back(healthy: ClusterState, change: Change, away: Kind, back: Kind) -> None:
    found = told(sight(healthy), sight(change(healthy), 1), sight(change(healthy), 2), sight(healthy, 3))
    assert [kind for kind, _, _ in found] == [away, back]


def test_a_ring_is_lost_once_whoever_says_so(healthy: ClusterState) -> None:
    cut = {"qsp-a": (Link(2, 0, True), Link(2, 1, False)), "qsp-b": (Link(1, 0, True), Link(1, 1, False))}
    assert told(sight(healthy), sight(healthy, 1, links=cut), sight(healthy, 2, links=cut), sight(healthy, 3)) == [
        (Kind.RING_LOST, "ring 1", "qsp-a"),
        (Kind.RING_BACK, "ring 1", "qsp-a"),
    ]


def test_the_rings_of_a_lost_node_are_not_told_too(healthy: ClusterState) -> None:
    gone = member(healthy, "qsp-b", online=False)
    left = {"qsp-a": (Link(2, 0, False), Link(2, 1, False))}
    found = told(sight(healthy), sight(gone, 1, links=left), sight(healthy, 9))
    assert [kind for kind, _, _ in found] == [Kind.NODE_LOST, Kind.NODE_BACK]


def test_a_node_that_does_not_answer_us_is_not_lost(healthy: ClusterState) -> None:
    silent = sight(healthy, 1, missing={"qsp-b": "it gives no answer"}, links={"qsp-a": UP["qsp-a"]})
    assert [kind for kind, _, _ in told(sight(healthy), silent, sight(healthy, 2))] == [
        Kind.NODE_SILENT,
        Kind.NODE_ANSWERS,
    ]


def test_without_a_state_in_between_the_story_goes_on(healthy: ClusterState) -> None:
    between = (sight(None, 1), sight(replace(healthy, dc=""), 2))
    assert told(sight(healthy), *between, sight(on(healthy, "qsp-b"), 3)) == [(Kind.SERVICE_MOVED, "squid", "qsp-b")]
    assert told(sight(None), sight(healthy, 1)) == []


def test_a_failure_is_told_once_with_its_time_and_reason(healthy: ClusterState) -> None:
    failure = Failure("squid-unit_monitor_5000", "qsp-a", "not running", "killed", "2026-11-24 16:59:58")
    failed = replace(healthy, failures=(failure,))
    story, _ = follow(cluster(), Story(), sight(healthy))
    story, (happened,) = follow(cluster(), story, sight(failed, 1))
    assert happened.when == START - timedelta(seconds=2)
    assert happened.text == "squid failed on qsp-a: monitor of squid-unit ended with not running: killed"
    story, none = follow(cluster(), story, sight(healthy, 2))
    _, still_none = follow(cluster(), story, sight(failed, 3))
    assert none == still_none == (), "crm_mon leaves failures out for a while"


def test_failures_of_resources_that_are_nobody_s_are_left_out(healthy: ClusterState) -> None:
    other = Failure("other_start_0", "qsp-a", "error", "", "2026-11-24 17:00:00")
    assert told(sight(healthy), sight(replace(healthy, failures=(other,)), 1)) == []


def test_a_fencing_is_told_when_it_has_ended(healthy: ClusterState) -> None:
    pending = Fence("qsp-b", "reboot", "pending", "qsp-a", "")
    done = replace(pending, status="success", when="2026-11-24 17:00:03")
    failed = replace(done, status="failed", when="2026-11-24 17:00:04")
    story, _ = follow(cluster(), Story(), sight(replace(healthy, fences=(pending,))))
    _, found = follow(cluster(), story, sight(replace(healthy, fences=(done, failed)), 5))
    assert [each.text for each in found] == [
        "node qsp-b was fenced (reboot by qsp-a)",
        "node qsp-b could not be fenced (reboot by qsp-a)",
    ]


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_what_a_real_cluster_remembers(release: str) -> None:
    state = crm_mon.parse((DATA / release / "failed.xml").read_text())
    assert state is not None
    found = remembered(cluster(SQUID), state, datetime(2020, 1, 1, tzinfo=UTC))
    assert [each.when for each in found] == sorted(each.when for each in found)
    failures = {(each.node, each.text) for each in found if each.kind is Kind.SERVICE_FAILED}
    assert {node for node, _ in failures} == {"qsp-a", "qsp-b"}
    assert all("start of squid-unit ended with" in text and text.endswith(": failed") for _, text in failures)
    assert remembered(cluster(SQUID), state, datetime(2030, 1, 1, tzinfo=UTC)) == ()


def test_a_fence_history_as_pacemaker_s_schema_has_it() -> None:
    text = (DATA / "trixie" / "healthy.xml").read_text()
    event = (
        '<fence_history status="0"><fence_event status="success" delegate="qsp-a" action="reboot" target="qsp-b" '
        'client="stonith_admin" origin="qsp-a" completed="2026-11-24 17:00:03Z"/></fence_history><node_history>'
    )
    state = crm_mon.parse(text.replace("<node_history>", event))
    assert state is not None
    assert state.fences == (Fence("qsp-b", "reboot", "success", "qsp-a", "2026-11-24 17:00:03Z"),)
    (fenced,) = [each for each in remembered(cluster(), state, START) if each.kind is Kind.FENCED]
    assert fenced.when == START + timedelta(seconds=3)
