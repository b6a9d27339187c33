"""Moving a service on simulated hosts: it arrives, and no wish is left, whatever happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit import render
from hakit.apply.outage import Outage
from hakit.apply.status import plain, status
from hakit.apply.switchover import switchover
from hakit.core import Action, CommandFailed, HakitError, HostUnreachable, Outcome, Put, Remove, Runner, Tape, shown
from hakit.model import Switchback
from hakit.observe import node as paths
from hakit.plan.switchover import Move
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

pytestmark = pytest.mark.usefixtures("each_tool")


class Failing:
    """A door through which actions whose words begin so fail, or hosts are away; all else goes to the hosts."""

    def __init__(self, hosts: SimulatedHosts, *, failing: str = "\0", away: frozenset[str] = frozenset()) -> None:
        self._hosts, self._failing, self._away = hosts, failing, away

    def batch(self, host: str, actions: tuple[Action, ...], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        outcomes: list[Outcome] = []
        for action in actions:
            outcomes.append(self.run(host, action))
            if not (outcomes[-1].ok or keep_going):
                break
        return tuple(outcomes)

    def run(self, host: str, action: Action) -> Outcome:
        if host in self._away:
            raise HostUnreachable(host, "it does not answer", hint="is it on?")
        if shown(action).startswith(self._failing):
            return Outcome(host, action, 1, "", "Error: no", 0.1)
        return self._hosts.run(host, action)


def left(hosts: SimulatedHosts) -> tuple[str, ...]:
    return render.leftovers(hosts.hosts["qsp-a"].text(paths.CIB))


def test_it_arrives_and_leaves_no_constraint() -> None:
    hosts = running.hosts()
    moved = switchover(cluster(), hosts, "squid", None, clock=FakeClock(), listener=Tape())
    assert moved.move == Move("squid", "qsp-a", "qsp-b")
    assert not hosts.hosts["qsp-a"].running("squid.service") and hosts.hosts["qsp-b"].running("squid.service")
    assert left(hosts) == ()
    assert status(cluster(), hosts).healthy
    assert moved.outage == Outage("qsp-b", "192.168.233.200:3128", 2.0, 2.0, 100)
    assert "from qsp-b, where it went" in moved.outage.text("qsp-b")
    assert not any("/run/" in path for host in hosts.everyone for path in host.disk.files)


def test_a_node_without_a_part_in_it_is_asked_first() -> None:
    three = cluster(nodes=3)
    moved = switchover(three, running.hosts(three), "squid", "qsp-b", clock=FakeClock(), listener=Tape())
    assert moved.outage.asker == "qsp-c" and "others" not in moved.outage.text("qsp-b")


def test_what_can_not_be_asked_is_said_and_moves_all_the_same() -> None:
    bare = cluster(replace(SQUID, vip=None))
    moved = switchover(bare, running.hosts(bare), "squid", None, clock=FakeClock(), listener=Tape())
    assert moved.outage.text("qsp-b") == "outage not measured: it has no virtual IP with a TCP port to ask"
    hosts = running.hosts()
    moved = switchover(cluster(), Failing(hosts, failing="ss "), "squid", None, clock=FakeClock(), listener=Tape())
    assert moved.outage.why_not and hosts.hosts["qsp-b"].running("squid.service")


def test_the_wish_is_taken_back_through_another_node_when_the_first_is_gone() -> None:
    hosts = running.hosts()

    class Dying(Failing):
        """Its first door closes with the move."""

        def run(self, host: str, action: Action) -> Outcome:
            outcome = super().run(host, action)
            if shown(action).startswith("pcs resource move-with-constraint squid"):
                self._away = frozenset({host})
            return outcome

    switchover(cluster(), Dying(hosts), "squid", None, clock=FakeClock(), listener=Tape())
    assert left(hosts) == ()


def test_a_service_that_comes_back_is_told_at_once_with_the_reason() -> None:
    hosts = running.hosts()

    class Dying(Failing):
        """The target dies with the move."""

        def run(self, host: str, action: Action) -> Outcome:
            outcome = super().run(host, action)
            if shown(action).startswith(running.spoken("pcs resource move-with-constraint squid")):
                hosts.stop("qsp-b")
                hosts.lost.add("qsp-b")
            return outcome

    clock = FakeClock()
    began = clock.now()
    with pytest.raises(HakitError, match="squid serves on qsp-a again, and did not go to qsp-b: qsp-b is offline"):
        switchover(cluster(), Dying(hosts), "squid", "qsp-b", clock=clock, listener=Tape())
    assert clock.now() - began < 10
    assert left(hosts) == ()


def test_where_it_is_already_nothing_is_done() -> None:
    hosts = running.hosts()
    hosts.changes = []
    moved = switchover(cluster(), hosts, "squid", "qsp-a", clock=FakeClock(), listener=Tape())
    assert moved.seconds == 0 and hosts.changes == []


def test_a_service_that_would_go_back_at_once_is_not_moved() -> None:
    wanted = cluster(replace(SQUID, prefer="qsp-a", switchback=Switchback.AUTOMATIC))
    hosts = running.hosts(wanted)
    hosts.changes = []
    with pytest.raises(HakitError, match="would go back to qsp-a by itself"):
        switchover(wanted, hosts, "squid", "qsp-b", clock=FakeClock(), listener=Tape())
    assert hosts.changes == []


def test_a_wish_that_is_refused_is_told_and_taken_back() -> None:
    hosts = running.hosts()
    runner: Runner = Failing(hosts, failing=running.spoken("pcs resource move-with-constraint squid"))
    with pytest.raises(CommandFailed, match="Error: no"):
        switchover(cluster(), runner, "squid", None, clock=FakeClock(), listener=Tape())
    done = [shown(action) for _, action in hosts.changes if not isinstance(action, Put | Remove)]
    assert done[-1] == running.spoken("pcs resource clear squid")
    assert left(hosts) == ()


def test_status_of_a_healthy_cluster_as_data() -> None:
    told = plain(status(cluster(), running.hosts()))
    assert (told["cluster"], told["healthy"], told["quorate"], told["controller"]) == ("squidha", True, True, "qsp-a")
    (service,) = told["services"]  # type: ignore[misc]
    assert (service["name"], service["node"], service["vip"]) == ("squid", "qsp-a", "192.168.233.200/24")
    nodes = told["nodes"]
    assert isinstance(nodes, list)
    assert [(node["name"], node["online"], len(node["rings"])) for node in nodes] == [
        ("qsp-a", True, 2),
        ("qsp-b", True, 2),
    ]


def test_a_node_that_can_not_be_reached_is_degraded() -> None:
    found = status(cluster(), Failing(running.hosts(), away=frozenset({"qsp-b"})))
    assert not found.healthy
    assert set(found.missing) == {"qsp-b"} and set(found.seen.hosts) == {"qsp-a"}
    nodes = plain(found)["nodes"]
    assert isinstance(nodes, list)
    assert [node["reached"] for node in nodes] == [True, False]


def test_when_none_can_be_reached_the_reasons_are_told() -> None:
    runner = Failing(running.hosts(), away=frozenset({"qsp-a", "qsp-b"}))
    with pytest.raises(
        HakitError, match="none of the nodes can be reached: qsp-a: it does not answer; qsp-b"
    ) as caught:
        status(cluster(), runner)
    assert caught.value.hint == "is it on?"


def test_a_stopped_cluster_is_degraded_and_says_what_starts_it() -> None:
    hosts = running.hosts()
    for name in hosts.hosts:
        hosts.stop(name)
    found = status(cluster(), hosts)
    assert not found.healthy
    assert "HK310" in {finding.code for finding in found.findings}
