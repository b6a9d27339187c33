"""What real crm_mons said, of Pacemaker 2.1.5 (bookworm) and 3.0.0 (trixie), and what hakit makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hakit.core import HakitError
from hakit.observe import crm_mon
from hakit.observe.crm_mon import Ban, ClusterState, ResourceState

DATA = Path(__file__).parent / "data"
every_release = pytest.mark.parametrize("release", ["bookworm", "trixie"])
VIP = ResourceState("squid-vip", "squid", "ocf:heartbeat:IPaddr2", "Started", ("qsp-a",), False, False, True)
UNIT = ResourceState("squid-unit", "squid", "systemd:squid", "Started", ("qsp-a",), False, False, True)


def said(release: str, name: str) -> ClusterState:
    state = crm_mon.parse((DATA / release / f"{name}.xml").read_text())
    assert state is not None
    return state


@every_release
def test_a_healthy_cluster(release: str) -> None:
    state = said(release, "healthy")
    assert state.dc in {"qsp-a", "qsp-b"}
    assert state.quorate and not state.fencing and not state.maintenance
    assert [(node.name, node.online, node.standby, node.unclean) for node in state.nodes] == [
        ("qsp-a", True, False, False),
        ("qsp-b", True, False, False),
    ]
    assert [node.name for node in state.nodes if node.dc] == [state.dc]
    assert state.resources == (VIP, UNIT)
    assert state.placed == {"squid-vip": ("qsp-a",), "squid-unit": ("qsp-a",)}
    assert state.failures == () and state.bans == ()
    assert {(each.resource, each.node, each.fail_count) for each in state.history} == {
        ("squid-vip", "qsp-a", 0),
        ("squid-unit", "qsp-a", 0),
    }
    assert all(each.started.startswith("2026-11-23 18:5") for each in state.history)


@every_release
def test_a_node_in_standby(release: str) -> None:
    assert [node.standby for node in said(release, "standby").nodes] == [False, True]


@every_release
def test_maintenance_leaves_resources_running_but_unmanaged(release: str) -> None:
    state = said(release, "maintenance")
    assert state.maintenance
    assert [resource.managed for resource in state.resources] == [False, False]
    assert state.placed == {"squid-vip": ("qsp-a",), "squid-unit": ("qsp-a",)}


@every_release
def test_a_ban_is_named_and_what_is_on_its_way_has_its_role(release: str) -> None:
    state = said(release, "banned")
    assert state.bans == (Ban("cli-ban-squid-on-qsp-a", "squid", "qsp-a", -1_000_000),)
    assert {resource.id: resource.role for resource in state.resources} == {
        "squid-vip": "Started",
        "squid-unit": "Starting",
    }


@every_release
def test_a_unit_that_starts_nowhere(release: str) -> None:
    state = said(release, "failed")
    assert state.placed == {"squid-vip": ("qsp-a",), "squid-unit": ()} or state.placed["squid-unit"] == ()
    assert {(each.operation, each.node, each.reason) for each in state.failures} == {
        ("squid-unit_start_0", "qsp-a", "failed"),
        ("squid-unit_start_0", "qsp-b", "failed"),
    }
    assert {each.node: each.fail_count for each in state.history if each.resource == "squid-unit"} == {
        "qsp-a": 1_000_000,
        "qsp-b": 1_000_000,
    }


@every_release
def test_a_stop_that_failed_blocks(release: str) -> None:
    state = said(release, "blocked")
    vip = next(resource for resource in state.resources if resource.id == "squid-vip")
    assert vip.blocked and vip.failed and not vip.managed
    assert vip.nodes == ("qsp-a",)
    (failure,) = state.failures
    assert failure.operation == "squid-vip_stop_0"
    assert failure.reason == "IPaddr2: No such file or directory"


@every_release
def test_a_node_that_is_gone(release: str) -> None:
    state = said(release, "offline")
    assert [(node.name, node.online) for node in state.nodes] == [("qsp-a", True), ("qsp-b", False)]
    assert state.quorate, "two_node keeps quorum"


@every_release
def test_before_the_first_election(release: str) -> None:
    state = said(release, "no-dc")
    assert (state.dc, state.quorate) == ("", False)
    assert not any(node.online for node in state.nodes)


@every_release
def test_alone_after_a_full_stop_there_is_no_quorum(release: str) -> None:
    state = said(release, "no-quorum")
    assert (state.dc, state.quorate) == ("qsp-a", False)
    assert all(resource.role == "Stopped" and not resource.nodes for resource in state.resources)


@every_release
def test_where_pacemaker_does_not_run_there_is_no_state(release: str) -> None:
    assert crm_mon.parse((DATA / release / "disconnected.xml").read_text()) is None


@pytest.mark.parametrize("text", ["", "crm_mon is not installed", "Error: cluster is not available on this node\n"])
def test_no_xml_is_no_state(text: str) -> None:
    assert crm_mon.parse(text) is None


def test_half_an_answer_is_an_error() -> None:
    text = (DATA / "trixie" / "healthy.xml").read_text()
    with pytest.raises(HakitError, match="crm_mon did not answer in XML"):
        crm_mon.parse(text[: len(text) // 2])


def test_infinity_as_a_word_is_a_number_too() -> None:
    text = (DATA / "bookworm" / "failed.xml").read_text().replace('"1000000"', '"INFINITY"')
    state = crm_mon.parse(text)
    assert state is not None
    assert max(each.fail_count for each in state.history) == 1_000_000


def test_the_instances_of_a_clone_are_one_resource() -> None:
    state = said("bookworm", "hot")
    assert state.placed == {"squid-vip": ("qsp-b",), "squid-unit": ("qsp-a", "qsp-b")}
    text = (DATA / "bookworm/hot.xml").read_text()
    failed = text.replace('role="Started" active="true"', 'role="Stopped" active="false"', 2).replace(
        '<resource id="squid-unit"', '<resource id="squid-unit:1"', 1
    )
    (unit,) = (each for each in (crm_mon.parse(failed) or state).resources if each.id == "squid-unit")
    assert (unit.nodes, unit.ailing, unit.role) == (("qsp-b",), ("qsp-a",), "Started")
