"""From any state, through any death, to the wanted cluster and back: on simulated hosts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hakit.apply.bootstrap import Result, bootstrap
from hakit.apply.destroy import destroy
from hakit.apply.look import look
from hakit.core import Tape
from hakit.core.event import StepDone
from hakit.model import Cluster, sections
from hakit.observe import node as paths
from hakit.observe import record
from hakit.plan.bootstrap import tokens
from hakit.plan.health import services
from tests.doubles import states
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.doubles.pcs import known

GENERATIONS = st.sampled_from(["0.10", "0.11", "0.12", "crm"])
# The hosts are threads' work, and the machine may be busy: no deadline.
property_test = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def situations(draw: st.DrawFn) -> tuple[Cluster, SimulatedHosts]:
    wanted = draw(states.clusters())
    return wanted, states.hosts(wanted, draw(states.earlier_states(wanted)), draw(GENERATIONS))


def up(wanted: Cluster, hosts: SimulatedHosts, tape: Tape | None = None) -> Result:
    hosts.notes_first = True
    clock = FakeClock()
    return bootstrap(wanted, hosts, clock=clock, listener=tape or Tape(), agree=lambda *_: True)


def down(wanted: Cluster, hosts: SimulatedHosts) -> bool:
    hosts.notes_first = False
    return destroy(wanted, hosts, listener=Tape(), agree=lambda _: True)


def killed(hosts: SimulatedHosts, after: int, doing: object) -> bool:
    """Do it, and die after so many effects; say whether that came before the end."""
    assert callable(doing)
    hosts.die_after = after
    try:
        doing()
    except Killed:
        return True
    finally:
        hosts.die_after = None
    return False


def as_before(before: dict[str, dict[str, object]], hosts: SimulatedHosts) -> None:
    """Assert that the hosts are as they were.

    Only in hakit's own folder may something be left: copies that were made when hakit was killed before it could
    write down that they are there, the half-written note itself, or the empty folder.
    """
    after = hosts.snapshot()
    for name, host in hosts.hosts.items():
        assert record.PATH not in host.disk.files
        half = f"{record.PATH}.hakit-new"
        inside = {path for path in host.disk.files if path.startswith(f"{record.BEFORE}/") or path == half}
        after[name] = {path: state for path, state in after[name].items() if path not in inside}
        own = {path for path in host.disk.folders if path.startswith(record.FOLDER)}
        after[name]["folders"] = frozenset(host.disk.folders - own)
    assert changed(before, after) == []


def changed(before: dict[str, dict[str, object]], after: dict[str, dict[str, object]]) -> list[tuple[object, ...]]:
    """Name what differs on which host: was, is."""
    return [
        (host, what, before[host].get(what), after[host].get(what))
        for host in before
        for what in sorted(before[host].keys() | after[host].keys())
        if before[host].get(what) != after[host].get(what)
    ]


def as_wanted(wanted: Cluster, hosts: SimulatedHosts) -> None:
    """Assert that every host has what it should, and the services run."""
    seen = look(wanted, hosts)
    assert seen.running == tuple(hosts.hosts)
    assert seen.state is not None
    assert seen.state.quorate
    for host in hosts.everyone:
        assert known(host) >= set(hosts.hosts) or host.tool == "crmsh"
        assert {host.units[unit].boot for unit in ("corosync.service", "pacemaker.service")} == {
            "enabled" if wanted.autostart else "disabled"
        }
        daemon = host.units.get("pcsd.service")
        assert daemon == SimUnit("enabled", active=True) if host.tool == "pcs" else daemon is None
        assert not {paths.TOKEN, tokens.NEW} & host.disk.files.keys()
    for service in wanted.services:
        place = services.place(service, seen.state)
        assert place
        assert [host.name for host in hosts.everyone if host.running(service.unit)] == [place]
        assert all(host.units[service.unit].boot != "enabled" for host in hosts.everyone)


@property_test
@given(situations())
def test_bootstrap_converges_and_finds_nothing_to_do_then(situation: tuple[Cluster, SimulatedHosts]) -> None:
    wanted, hosts = situation
    tape = Tape()
    assert up(wanted, hosts, tape).changed
    as_wanted(wanted, hosts)
    done, after = len(hosts.changes), hosts.snapshot()
    assert not up(wanted, hosts).changed
    assert hosts.changes[done:] == [], "a second run changes nothing"
    assert hosts.snapshot() == after
    told = "".join(repr(event) for event in tape.events)
    told += "".join(
        outcome.explain() for event in tape.events if isinstance(event, StepDone) for outcome in event.outcomes
    )
    assert not any(secret in told for secret in hosts.secrets)


@property_test
@given(situations(), st.lists(st.integers(0, 120), min_size=1, max_size=3))
def test_a_killed_bootstrap_is_finished_by_the_next(
    situation: tuple[Cluster, SimulatedHosts], deaths: list[int]
) -> None:
    wanted, hosts = situation
    for after in deaths:
        killed(hosts, after, lambda: up(wanted, hosts))
    up(wanted, hosts)
    as_wanted(wanted, hosts)
    assert not up(wanted, hosts).changed


@property_test
@given(situations(), st.lists(st.integers(0, 120), max_size=2), st.lists(st.integers(0, 120), max_size=3))
def test_destroy_puts_every_host_back_however_both_were_killed(
    situation: tuple[Cluster, SimulatedHosts], deaths: list[int], later_deaths: list[int]
) -> None:
    wanted, hosts = situation
    before = hosts.snapshot()
    for after in deaths:
        killed(hosts, after, lambda: up(wanted, hosts))
    if not deaths:
        up(wanted, hosts)
    for after in later_deaths:
        killed(hosts, after, lambda: down(wanted, hosts))
    down(wanted, hosts)
    as_before(before, hosts)
    assert not down(wanted, hosts), "nothing is left to do"


@property_test
@given(situations())
def test_destroy_leaves_nothing_at_all_behind(situation: tuple[Cluster, SimulatedHosts]) -> None:
    wanted, hosts = situation
    before = hosts.snapshot()
    up(wanted, hosts)
    assert down(wanted, hosts)
    assert changed(before, hosts.snapshot()) == []


@property_test
@given(situations(), st.integers(0, 120), st.integers(0, 60))
def test_a_bootstrap_after_a_killed_destroy_keeps_the_first_notes(
    situation: tuple[Cluster, SimulatedHosts], after: int, again: int
) -> None:
    wanted, hosts = situation
    before = hosts.snapshot()
    up(wanted, hosts)
    killed(hosts, after, lambda: down(wanted, hosts))
    killed(hosts, again, lambda: up(wanted, hosts))
    up(wanted, hosts)
    as_wanted(wanted, hosts)
    down(wanted, hosts)
    as_before(before, hosts)


@property_test
@given(situations(), st.data())
def test_nodes_that_were_stopped_are_started_again(
    situation: tuple[Cluster, SimulatedHosts], data: st.DataObject
) -> None:
    wanted, hosts = situation
    up(wanted, hosts)
    names = data.draw(st.lists(st.sampled_from(sorted(hosts.hosts)), unique=True, min_size=1))
    for name in names:
        hosts.stop(name)
    assert up(wanted, hosts).changed
    as_wanted(wanted, hosts)


@property_test
@given(situations(), st.data())
def test_a_cluster_that_grew_by_services_gets_them(
    situation: tuple[Cluster, SimulatedHosts], data: st.DataObject
) -> None:
    wanted, hosts = situation
    kept = data.draw(st.integers(0, len(wanted.services)))
    before = replace(wanted, services=wanted.services[:kept])
    up(before, hosts)
    confs = [sections.parse(host.text(paths.COROSYNC_CONF)) for host in hosts.everyone]
    after = data.draw(st.integers(0, 60))
    killed(hosts, after, lambda: up(wanted, hosts))
    up(wanted, hosts)
    as_wanted(wanted, hosts)
    assert [sections.parse(host.text(paths.COROSYNC_CONF)) for host in hosts.everyone] == confs
