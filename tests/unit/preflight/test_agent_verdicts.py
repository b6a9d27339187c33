"""The agent's own word about the services, asked of every host on the trip that probes the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hakit.apply import preflight
from hakit.core import Action, Command, Outcome, Tape
from hakit.model import Agent, Probe, Service, TcpQuestion
from hakit.observe.host import agent as host_agent
from hakit.observe.host.agent import Verdict
from hakit.plan.preflight.agent import AgentRefuses
from tests.sample_clusters import SQUID, cluster
from tests.unit.preflight.seen_hosts import hosts, kinds, serious, unit
from tests.unit.preflight.test_preflight import Answering, wall

QUICK = replace(SQUID, agent=Agent.QUICKSERVICE, probe=Probe(TcpQuestion(3128)))
WANTED = cluster(QUICK, Service("web", "nginx.service"))


class Judging(Answering):
    """Answers as two bare hosts; the agent refuses on qsp-b."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, Command]] = []

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        if len(actions) != 2:
            return super().batch(host, actions, keep_going=keep_going)
        assert keep_going
        probe, judge = actions
        assert isinstance(judge, Command)
        self.asked.append((host, judge))
        said = (0, "WARNING: enabled at boot\n") if host == "qsp-a" else (6, "ocf-exit-reason:no port; say one\n")
        return (*super().batch(host, (probe,)), Outcome(host, judge, said[0], "", said[1], 0.03))


def test_each_host_is_asked_and_nothing_is_written() -> None:
    runner = Judging()
    report = preflight.preflight(cluster(QUICK), runner, Tape(), wall=wall)
    assert sorted(host for host, _ in runner.asked) == ["qsp-a", "qsp-b"]
    for _, command in runner.asked:
        assert command.argv == ("python3", "-I", "-S", "-", "validate-all")
        assert not command.changes_state
        assert "ocf:hakit:quickservice" in command.stdin
        assert command.env["OCF_CHECK_LEVEL"] == "10"
        assert command.env["OCF_RESKEY_unit"] == "squid.service"
        assert command.env["OCF_RESKEY_probe_tcp"] == "3128"
    assert report.errors == (
        AgentRefuses(host="qsp-b", unit="squid.service", service="squid", exit_code=6, reason="no port; say one"),
    )
    assert report.facts["qsp-a"].verdicts == {"squid": Verdict(0)}
    assert report.errors[0].remedy() == "say one"
    assert report.errors[0].text().endswith("squid: no port")


def test_only_services_of_the_agent_are_asked_about() -> None:
    assert host_agent.asked(WANTED) == (QUICK,)
    assert len(host_agent.commands("", WANTED)) == 1
    assert host_agent.commands("", cluster()) == ()


def test_what_the_units_say_already_is_said_once() -> None:
    facts = hosts()
    gone = replace(facts["qsp-a"].units["squid.service"], load="not-found")
    unit(facts, "qsp-a", gone)
    refusal = Verdict(5, "squid.service is not installed on this host")
    for host in ("qsp-a", "qsp-b"):
        facts[host] = replace(facts[host], verdicts={"squid": refusal})
    assert sorted((kind, getattr(found, "host", "")) for kind, found in zip(kinds(serious(facts, cluster(QUICK))), serious(facts, cluster(QUICK)), strict=True)) == [
        ("AgentRefuses", "qsp-b"),
        ("UnitAbsent", "qsp-a"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("WARNING: x\nocf-exit-reason:masked; unmask it\n", "masked; unmask it"),
        ("SyntaxError: invalid syntax\n", "SyntaxError: invalid syntax"),
    ],
)
def test_a_refusal_is_read(stderr: str, reason: str) -> None:
    outcome = Outcome("qsp-a", host_agent.commands("", WANTED)[0], 5, "", stderr, 0.1)
    assert host_agent.read(outcome) == Verdict(5, reason)


def test_a_oneshot_that_ends_is_fine_for_the_agent_that_does_not_watch_it() -> None:
    facts = hosts()
    for host in facts:
        unit(facts, host, replace(facts[host].units["squid.service"], type="oneshot"))
    assert set(kinds(serious(facts, cluster(QUICK)))) == {"UnitEnds"}
    assert serious(facts, cluster(replace(QUICK, monitor_unit=False))) == []


def test_a_restart_in_a_drop_in_does_not_matter_to_the_agent() -> None:
    facts = hosts()
    drop_in = {"/etc/systemd/system/squid.service.d/a.conf": "always"}
    unit(facts, "qsp-a", replace(facts["qsp-a"].units["squid.service"], restarts=drop_in))
    assert kinds(serious(facts)) == ["UnitRestarts"]
    assert serious(facts, cluster(QUICK)) == []
