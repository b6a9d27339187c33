"""How long a change waits for its services: as long as there is one more of them that runs, now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from lxml import etree

from hakit.apply import verify
from hakit.core import Action, Command, HakitError, Outcome
from hakit.model import Service, Vip
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


def test_who_gets_on_is_waited_for() -> None:
    assert settled(SERVICES).now() - 1000 > SERVICES * STEP > TIMEOUT


def test_who_does_not_get_on_is_given_up_in_time() -> None:
    with pytest.raises(HakitError, match="s4-unit is stopped") as caught:
        settled(4)
    (ended,) = caught.value.__notes__
    assert 4 * STEP + TIMEOUT <= float(ended) - 1000 < 4 * STEP + TIMEOUT + 2
