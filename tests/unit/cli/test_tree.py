"""The status tree and the plan, as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.cli import plans, tree
from hakit.core import Command, HostUnreachable
from hakit.observe.crm_mon import History
from hakit.observe.links import Link
from hakit.plan.health import report
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from tests.unit.plan import running


@pytest.fixture(scope="module")
def healthy() -> Seen:
    return running.seen()


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("COLUMNS", "160")

    def show(whole: Seen, missing: dict[str, HostUnreachable] | None = None) -> list[str]:
        tree.show(whole, missing or {}, report.findings(whole))
        out, err = capsys.readouterr()
        assert err == ""
        return [line.strip("│├└─ ").rstrip() for line in out.splitlines()]

    return show


def lines(shown: object, whole: Seen, missing: dict[str, HostUnreachable] | None = None) -> list[str]:
    assert callable(shown)
    result: list[str] = shown(whole, missing)
    return result


def test_a_healthy_cluster(shown: object, healthy: Seen) -> None:
    assert lines(shown, healthy) == [
        "squidha: quorum",
        "✓ service squid on qsp-a",
        "192.168.233.200/24  started on qsp-a",
        "squid.service  started on qsp-a",
        "nodes",
        "✓ qsp-a: online (controller)",
        "ring 0  192.168.233.11  connected to qsp-b",
        "ring 1  172.16.233.11  connected to qsp-b",
        "✓ qsp-b: online",
        "ring 0  192.168.233.12  connected to qsp-a",
        "ring 1  172.16.233.12  connected to qsp-a",
        "i fencing is off (evaluation only): when all rings break, both sides may run squid",
    ]


def test_what_is_wrong_is_marked_and_has_its_remedy(shown: object, healthy: Seen) -> None:
    whole = running.resource(healthy, "squid-unit", role="Stopped", nodes=(), failed=True)
    whole = running.state(
        whole, lambda old: replace(old, quorate=False, history=(History("squid-unit", "qsp-b", 1_000_000, ""),))
    )
    whole = running.node(whole, "qsp-a", links=(Link(2, 0, connected=True), Link(2, 1, connected=False)))
    told = lines(shown, running.member(whole, "qsp-b", standby=True))
    assert told[0] == "squidha: no quorum"
    assert "✗ service squid not serving" in told
    assert "squid.service  stopped failed failures: qsp-b ∞" in told
    assert "ring 1  172.16.233.11  cut off to qsp-b" in told
    assert "✗ qsp-b: standby" in told
    assert "✗ no quorum: services are stopped until enough nodes see each other" in told
    assert told[-1].startswith("i ") and any("hakit unstandby qsp-b" in line for line in told)


def test_the_name_of_an_agent_is_no_picture(capsys: pytest.CaptureFixture[str], healthy: Seen) -> None:
    """`:heartbeat:` is one to those who print for chats."""
    silent = HostUnreachable("qsp-b", "ocf:heartbeat:IPaddr2 is not there")
    tree.show(healthy, {"qsp-b": silent}, ())
    assert "ocf:heartbeat:IPaddr2 is not there" in capsys.readouterr().out


def test_a_node_that_was_not_reached(shown: object, healthy: Seen) -> None:
    seen = replace(healthy, hosts={"qsp-a": healthy.hosts["qsp-a"]}, nodes={"qsp-a": healthy.nodes["qsp-a"]})
    told = lines(shown, seen, {"qsp-b": HostUnreachable("qsp-b", "it does not [bold]answer")})
    assert "✗ qsp-b: it does not [bold]answer" in told


def test_a_stopped_cluster(shown: object, healthy: Seen) -> None:
    for name in healthy.nodes:
        healthy = running.node(healthy, name, state=None)
    told = lines(shown, healthy)
    assert told[0] == "squidha: no answer"
    assert told.count("ring 0  192.168.233.11  unknown") == 1
    assert "192.168.233.200/24  unknown to the cluster" in told


def test_a_plan_says_each_step_once_with_its_hosts_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    steps = tuple(Step("write keys", host, "they differ", (Command(("x",)),)) for host in ("qsp-a", "qsp-b"))
    last = Step("destroy", "qsp-b", "asked for", (Command(("x",)),), final=True)
    plans.show((Stage("Configure", (*steps, last)),))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "To do:",
        "  Configure",
        "    write keys [qsp-a, qsp-b]: they differ",
        "    destroy [qsp-b]: asked for (can't be undone)",
    ]
