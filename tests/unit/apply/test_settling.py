"""How long a change waits for its services: as long as there is one more of them that runs, now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from lxml import etree

from hakit.apply import verify
from hakit.core import Action, Command, HakitError, Outcome
from hakit.model import Service, Vip
from hakit.plan.health import report
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster
from tests.unit.plan import running

SERVICES = 6
MANY = cluster(
    *(Service(f"s{n}", f"s{n}.service", Vip(ip_interface(f"192.168.233.{100 + n}/24"))) for n in range(SERVICES))
)
TIMEOUT, STEP = 20.0, 15.0


class Slow:
    """Hosts on whose cluster some of the services have not started yet, by the word of `crm_mon`."""

    def __init__(self, hosts: SimulatedHosts, started: Callable[[], int]) -> None:
        self._hosts, self._started = hosts, started

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        return tuple(map(self._late, self._hosts.batch(host, actions, keep_going=keep_going)))

    def run(self, host: str, action: Action) -> Outcome:
        return self._late(self._hosts.run(host, action))

    def _late(self, outcome: Outcome) -> Outcome:
        if not (isinstance(outcome.action, Command) and outcome.action.argv[0] == "crm_mon"):
            return outcome
        root = etree.fromstring(outcome.stdout.encode())
        for number in range(self._started(), SERVICES):
            for found in root.findall(f".//group[@id='s{number}']/resource"):
                found.set("role", "Stopped")
                found.set("active", "false")
                found[:] = []
        return replace(outcome, stdout=etree.tostring(root, encoding="unicode"))


def settled(most: int) -> FakeClock:
    """Wait for services of which one starts every STEP seconds, `most` of them in all; gives the clock."""
    clock = FakeClock(patience=10_000)
    hosts = Slow(running.hosts(MANY), lambda: min(most, int((clock.now() - 1000) / STEP)))
    try:
        assert verify.settled(MANY, hosts, clock, timeout=TIMEOUT).state is not None
    except HakitError as error:
        error.add_note(str(clock.now()))
        raise
    return clock


class Leaving:
    """Hosts on whose cluster something runs that the CIB has no more; Pacemaker is at it for `busy` seconds, it is gone after `gone`."""

    def __init__(self, hosts: SimulatedHosts, clock: FakeClock, *, busy: float, gone: float) -> None:
        self._hosts, self._clock, self._busy, self._gone = hosts, clock, busy, gone

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        return tuple(map(self._late, self._hosts.batch(host, actions, keep_going=keep_going)))

    def run(self, host: str, action: Action) -> Outcome:
        return self._late(self._hosts.run(host, action))

    def _late(self, outcome: Outcome) -> Outcome:
        now = self._clock.now() - 1000
        match outcome.action:
            case Command(("crm_resource", *_)) if now < self._busy:
                return replace(outcome, code=124)
            case Command(("crm_mon", *_)) if now < self._gone:
                root = etree.fromstring(outcome.stdout.encode())
                (known,) = root.findall(".//group[@id='s0']/resource[@id='s0-unit']")
                old = etree.SubElement(
                    root.find("resources"), "resource", {**known.attrib, "id": "old", "orphaned": "true"}
                )
                old.extend(map(deepcopy, known))
                return replace(outcome, stdout=etree.tostring(root, encoding="unicode"))
            case _:
                return outcome


def removed(busy: float, gone: float) -> tuple[float, list[str]]:
    """Wait while something goes; gives the seconds and the codes of what was found then."""
    clock = FakeClock(patience=10_000)
    seen = verify.settled(MANY, Leaving(running.hosts(MANY), clock, busy=busy, gone=gone), clock, timeout=TIMEOUT)
    return clock.now() - 1000, [each.code for each in report.findings(seen)]


def test_what_was_taken_out_is_waited_for() -> None:
    waited, found = removed(15, 15)
    assert waited >= 15 and "HK347" not in found


def test_what_pacemaker_leaves_alone_is_not_waited_for_but_told() -> None:
    waited, found = removed(2, 10_000)
    assert waited < TIMEOUT / 2 and "HK347" in found


def test_what_does_not_go_is_given_up_in_time() -> None:
    waited, found = removed(10_000, 10_000)
    assert TIMEOUT <= waited < 2 * TIMEOUT and "HK347" in found


def test_who_gets_on_is_waited_for() -> None:
    assert settled(SERVICES).now() - 1000 > SERVICES * STEP > TIMEOUT


def test_who_does_not_get_on_is_given_up_in_time() -> None:
    with pytest.raises(HakitError, match="s4-unit is stopped") as caught:
        settled(4)
    (ended,) = caught.value.__notes__
    assert 4 * STEP + TIMEOUT <= float(ended) - 1000 < 4 * STEP + TIMEOUT + 2
