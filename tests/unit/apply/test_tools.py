"""Which tool works, asked of simulated hosts; and that a cluster keeps the one that it was made with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.apply import tools
from hakit.apply.bootstrap import bootstrap
from hakit.apply.destroy import destroy
from hakit.apply.look import look
from hakit.apply.switchover import switchover
from hakit.core import Action, HakitError, Outcome, Tape, shown
from hakit.model import Cluster, Tool
from hakit.observe import record
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster


class WithBoth:
    """Hosts on which both packages are installed, though one tool does not run: it was removed by hand, or is broken."""

    def __init__(self, hosts: SimulatedHosts) -> None:
        self._hosts = hosts

    def batch(self, host: str, actions: tuple[Action, ...], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        outcomes = self._hosts.batch(host, actions, keep_going=keep_going)
        return tuple(self._more(each) for each in outcomes)

    def run(self, host: str, action: Action) -> Outcome:
        return self._more(self._hosts.run(host, action))

    def _more(self, outcome: Outcome) -> Outcome:
        if not shown(outcome.action).startswith("dpkg-query"):
            return outcome
        return replace(outcome, stdout=outcome.stdout + "pcs\tii \t0.11\ncrmsh\tii \t4.4\n")


def made(tool: Tool, generation: str) -> tuple[Cluster, WithBoth, SimulatedHosts]:
    wanted, hosts = replace(cluster(), tool=tool), SimulatedHosts(cluster(), generation=generation)
    runner = WithBoth(hosts)
    bootstrap(wanted, runner, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    return wanted, runner, hosts


@pytest.mark.parametrize(("generation", "tool"), [("0.11", Tool.PCS), ("crm", Tool.CRM)])
def test_auto_takes_the_one_that_works(generation: str, tool: Tool) -> None:
    runner = WithBoth(SimulatedHosts(cluster(), generation=generation))
    found = tools.detected(look(cluster(), runner), runner)
    assert {dialect.tool for dialect in found.values()} == {tool}


@pytest.mark.parametrize(("tool", "generation"), [(Tool.PCS, "crm"), (Tool.CRM, "0.11")])
def test_a_tool_asked_for_by_name_that_does_not_work_is_an_error(tool: Tool, generation: str) -> None:
    wanted, hosts = replace(cluster(), tool=tool), SimulatedHosts(cluster(), generation=generation)
    with pytest.raises(HakitError, match=f"qsp-a: {tool} does not work: {tool} is not installed; qsp-b"):
        tools.detected(look(wanted, hosts), hosts)


@pytest.mark.parametrize(("tool", "generation"), [(Tool.AUTO, "crm"), (Tool.CRM, "crm"), (Tool.AUTO, "0.12")])
def test_the_notes_say_what_the_cluster_was_made_with(tool: Tool, generation: str) -> None:
    _, runner, hosts = made(tool, generation)
    used = Tool.CRM if generation == "crm" else Tool.PCS
    assert {record.parse(host.text(record.PATH)).tool for host in hosts.everyone} == {used}
    assert tools.choice(look(cluster(), runner)) is used
    done = len(hosts.changes)
    again = bootstrap(cluster(), runner, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    assert not again.changed and hosts.changes[done:] == []


def test_with_crm_nothing_of_pcs_is_touched_from_bootstrap_to_destroy() -> None:
    wanted, runner, hosts = made(Tool.CRM, "crm")
    moved = switchover(wanted, runner, "squid", None, clock=FakeClock(), listener=Tape())
    assert moved.move.target == "qsp-b"
    assert destroy(wanted, runner, listener=Tape(), agree=lambda _: True)
    touched = [shown(action) for _, action in hosts.changes]
    assert "crm resource move squid qsp-b PT30M" in touched and "crm resource clear squid" in touched
    assert not [line for line in touched if line.startswith(("pcs", "systemctl")) and "pcs" in line]


def test_notes_of_an_earlier_hakit_are_of_pcs() -> None:
    assert record.parse('{"cluster": "a", "units": {}, "files": []}').tool is Tool.PCS
