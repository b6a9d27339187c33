"""Looking at hosts through a runner that answers as real ones did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import reduce
from threading import Lock

import pytest

from hakit.apply import preflight
from hakit.core import Action, Command, HostUnreachable, Outcome, Tape
from hakit.core.event import StepDone
from hakit.observe.host import facts
from hakit.plan.preflight import reach
from tests.sample_clusters import cluster
from tests.unit.observe_host import captured_hosts
from tests.unit.preflight.seen_hosts import kinds


class Answering:
    """A runner whose hosts answer the facts as captured and the probe as told; anything else is unplanned."""

    def __init__(self, release: str = "bookworm", *, away: str = "", mute: str = "", probe_code: int = 0) -> None:
        self.release = release
        self.away = away
        self.mute = mute
        self.probe_code = probe_code
        self.plans: dict[str, dict[str, object]] = {}
        self._lock = Lock()

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        assert all(not action.changes_state for action in actions)
        if host == self.away:
            raise HostUnreachable(host, "its host key is not the one in known_hosts", hint="compare the key")
        if tuple(actions) == facts.actions(cluster()):
            assert keep_going
            outcomes = captured_hosts.outcomes(self.release, host, cluster())
            # They were captured one after the other; here both look at one clock.
            changes = [captured_hosts.saying("date", "1000000000.25\n")]
            changes += [captured_hosts.saying("uname", "", 127)] if host == self.mute else []
            return tuple(reduce(lambda outcome, change: change(outcome), changes, each) for each in outcomes)
        (command,) = actions
        assert isinstance(command, Command)
        assert command.argv == ("python3", "-I", "-S", "-")
        return (Outcome(host, command, self.probe_code, self._probed(host, command), "no sockets here", 0.9),)

    def run(self, host: str, action: Action) -> Outcome:
        return self.batch(host, (action,))[0]

    def _probed(self, host: str, command: Command) -> str:
        call = command.stdin.rstrip().splitlines()[-1]
        plan = json.loads(call.removeprefix("main('").removesuffix("')"))
        with self._lock:
            self.plans[host] = plan
        rings = [{"number": ring["number"], "socket": "bound", "heard": list(ring["peers"])} for ring in plan["rings"]]
        doors = dict.fromkeys(plan["tcp"]["peers"], "open")
        return json.dumps({"rings": rings, "doors": doors, "claims": {"192.168.233.200": []}, "failed": {}})


def wall() -> float:
    """A clock that stands still, far from that of the captured hosts."""
    return 1_000_000_000.0


@pytest.mark.parametrize("release", captured_hosts.RELEASES)
def test_two_bare_hosts(release: str) -> None:
    runner, tape = Answering(release), Tape()
    report = preflight.preflight(cluster(), runner, tape, wall=wall)
    assert report.errors == ()
    assert set(report.facts) == {"qsp-a", "qsp-b"}
    assert all(fact.network is not None for fact in report.facts.values())
    assert set(kinds(report.findings)) == {"UnitEnabled", "UnitRunning", "ClockUnkept", "StockCorosync"}
    assert sum(isinstance(event, StepDone) and event.ok for event in tape.events) == 4


def test_all_hosts_probe_the_same_run_and_each_other() -> None:
    runner = Answering()
    preflight.preflight(cluster(), runner, Tape(), wall=wall)
    a, b = runner.plans["qsp-a"], runner.plans["qsp-b"]
    assert a["run"] == b["run"]
    assert a["rings"] == [
        {"number": 0, "address": "192.168.233.11", "port": 5405, "peers": {"qsp-b": "192.168.233.12"}},
        {"number": 1, "address": "172.16.233.11", "port": 5405, "peers": {"qsp-b": "172.16.233.12"}},
    ]
    assert b["tcp"] == {"address": "192.168.233.12", "port": 2224, "peers": {"qsp-a": "192.168.233.11"}}
    assert a["vips"] == [{"address": "192.168.233.200", "nic": "eth0"}]


def test_a_host_that_is_away_is_a_finding_and_no_peer() -> None:
    runner = Answering(away="qsp-b")
    report = preflight.preflight(cluster(), runner, Tape(), wall=wall)
    assert report.errors == (
        reach.WrongHostKey(host="qsp-b", reason="its host key is not the one in known_hosts", hint="compare the key"),
    )
    assert report.findings[0] == report.errors[0]
    assert set(report.facts) == {"qsp-a"}
    assert runner.plans["qsp-a"]["tcp"] == {"address": "192.168.233.11", "port": 2224, "peers": {}}


def test_a_host_that_cannot_be_read_is_a_finding() -> None:
    report = preflight.preflight(cluster(), Answering(mute="qsp-a"), Tape(), wall=wall)
    (error,) = report.errors
    assert isinstance(error, reach.Unreadable)
    assert "uname" in error.explanation


def test_a_probe_that_fails_is_a_warning() -> None:
    report = preflight.preflight(cluster(), Answering(probe_code=1), Tape(), wall=wall)
    assert report.errors == ()
    assert kinds(report.findings)[:2] == ["Unproven", "Unproven"]
