"""The agent's own word about the services, asked of every host on the trip that probes the network."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hakit.apply import preflight
from hakit.core import Action, Command, Outcome, Tape
from hakit.model import Agent, Probe, Service, TcpQuestion
from hakit.observe.host import agent as host_agent
from hakit.observe.host.agent import Verdict
from hakit.plan.preflight.agent import AgentRefuses
from hakit.run import judges
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
        return (*super().batch(host, (probe,)), Outcome(host, judge, 0, json.dumps([said]), "", 0.03))


def told(command: Command) -> dict[str, list[dict[str, str]]]:
    """Return what a command tells its program."""
    call = command.stdin.rstrip().splitlines()[-1]
    found: dict[str, list[dict[str, str]]] = json.loads(ast.literal_eval(call.removeprefix("main(").removesuffix(")")))
    return found


def test_each_host_is_asked_and_nothing_is_written() -> None:
    runner = Judging()
    report = preflight.preflight(cluster(QUICK), runner, Tape(), wall=wall)
    assert sorted(host for host, _ in runner.asked) == ["qsp-a", "qsp-b"]
    for _, command in runner.asked:
        assert command.argv == ("python3", "-I", "-S", "-")
        assert not command.changes_state
        assert "ocf:hakit:quickservice" in command.stdin
        (environment,) = told(command)["calls"]
        assert environment["OCF_CHECK_LEVEL"] == "10"
        assert environment["OCF_RESKEY_unit"] == "squid.service"
        assert environment["OCF_RESKEY_probe_tcp"] == "3128"
    assert report.errors == (
        AgentRefuses(host="qsp-b", unit="squid.service", service="squid", exit_code=6, reason="no port; say one"),
    )
    assert report.facts["qsp-a"].verdicts == {"squid": Verdict(0)}
    assert report.errors[0].remedy() == "say one"
    assert report.errors[0].text().endswith("squid: no port")


def test_only_services_of_the_agent_are_asked_about() -> None:
    assert host_agent.asked(WANTED) == (QUICK,)
    assert len(told(host_agent.command("", "", WANTED))["calls"]) == 1


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
    ("code", "said", "reason"),
    [
        (5, "WARNING: x\nocf-exit-reason:masked; unmask it\n", "masked; unmask it"),
        (5, "SyntaxError: invalid syntax\n", "SyntaxError: invalid syntax"),
        (5, "", "ended with 5"),
        (-14, "", "no verdict within 20 s"),
    ],
)
def test_a_refusal_is_read(code: int, said: str, reason: str) -> None:
    command = host_agent.command("", "", WANTED)
    outcome = Outcome("qsp-a", command, 0, json.dumps([[code, said]]), "", 0.1)
    assert host_agent.read(outcome, WANTED) == {"squid": Verdict(max(code, 1), reason)}
    assert host_agent.read(replace(outcome, code=1, stderr="no memory"), WANTED) == {"squid": Verdict(1, "no memory")}


AGENT = """
import os, sys, time
unit = os.environ["OCF_RESKEY_unit"]
if unit == "slow.service":
    time.sleep(30)
if unit == "odd.service":
    raise ValueError("odd")
sys.stderr.write(f"ocf-exit-reason:{unit} by {sys.argv[1]}\\n")
sys.exit(0 if unit == "squid.service" else 5)
"""


def test_one_process_judges_all_and_none_of_them_disturbs_another() -> None:
    units = ("slow", "odd", "squid", "web")
    plan = {"agent": AGENT, "calls": [{"OCF_RESKEY_unit": f"{unit}.service"} for unit in units], "limit": 1}
    call = f"{Path(judges.__file__).read_text()}\nmain({json.dumps(plan)!r})\n"
    done = subprocess.run((sys.executable, "-I", "-S", "-"), input=call, capture_output=True, text=True, check=True)
    slow, odd, squid, web = json.loads(done.stdout)
    assert slow == [-14, ""]
    assert odd == [1, "ValueError: odd\n"]
    assert squid == [0, "ocf-exit-reason:squid.service by validate-all\n"]
    assert web == [5, "ocf-exit-reason:web.service by validate-all\n"]


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
