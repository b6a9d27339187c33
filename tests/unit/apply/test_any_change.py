"""From any running cluster to any other, through any death: on simulated hosts, with what must hold behind every action."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hakit import spec as specs
from hakit.apply import journal
from hakit.apply.bootstrap import bootstrap
from hakit.apply.change import Order, change
from hakit.apply.foresight import foresee
from hakit.apply.operating.reins import Means
from hakit.core import Tape
from hakit.model import Cluster
from hakit.observe import node as paths
from hakit.observe import record
from hakit.observe.journal import Kind, Result
from tests.doubles import pacemaker, states
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.sample_clusters import cluster

# The hosts are threads' work, and the machine may be busy: no deadline. Making a failing example smaller takes minutes.
property_test = settings(
    deadline=None, max_examples=6, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
GENERATIONS = st.sampled_from(["0.11", "0.12", "crm"])


@st.composite
def changes(draw: st.DrawFn) -> tuple[Cluster, Cluster, SimulatedHosts]:
    """Draw what is there, what is wanted, and hosts of which the first ones run what is there."""
    one, other = draw(states.clusters()), draw(states.clusters())
    # Some services stay as they are, so that there is something to leave alone.
    kept = tuple(service for service in one.services if not service.depends_on)[: draw(st.integers(0, 2))]
    names, units = {each.name for each in kept}, {each.unit for each in kept}
    vips = {each.vip for each in kept}
    free = (
        s
        for s in other.services
        if s.name not in names and s.unit not in units and s.vip not in vips and not s.depends_on
    )
    wanted = replace(other, services=(*kept, *free))
    hosts = SimulatedHosts(cluster(nodes=5, rings=3), generation=draw(GENERATIONS))
    for host in hosts.everyone:
        host.units |= {service.unit: SimUnit() for service in (*one.services, *wanted.services)}
    bootstrap(one, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    return one, wanted, hosts


class Watch:
    """What must hold behind every action of a change."""

    def __init__(self, one: Cluster, wanted: Cluster, hosts: SimulatedHosts) -> None:
        self._hosts = hosts
        self._units = {service.unit for service in (*one.services, *wanted.services)}
        staying = {node.name for node in one.nodes} & {node.name for node in wanted.nodes}
        before = {service.name: service for service in one.services}
        place = {unit: [h.name for h in hosts.everyone if h.running(unit)] for unit in self._units}
        self._left_alone = {
            (place[service.unit][0], service.unit)
            for service in wanted.services
            if before.get(service.name) == service
            and len(place[service.unit]) == 1
            and place[service.unit][0] in staying
        }
        self._same_timing = one.timing == wanted.timing

    def __call__(self) -> None:
        for unit in self._units:
            where = [host.name for host in self._hosts.everyone if host.running(unit)]
            assert len(where) <= 1, f"{unit} runs on {where}"
        up = [host for host in self._hosts.everyone if host.running("pacemaker.service")]
        assert any(pacemaker.quorate(host, self._hosts.everyone) for host in up), "quorum was given up"
        for name, unit in self._left_alone:
            assert self._hosts.hosts[name].running(unit), f"{unit} on {name} was to be left alone"


def applied(wanted: Cluster, hosts: SimulatedHosts) -> None:
    order = Order(Kind.APPLY, wanted, specs.written(wanted), foreign=True)
    change(order, Means(hosts, FakeClock(), Tape()), agree=lambda *_: True)


def as_wanted(wanted: Cluster, hosts: SimulatedHosts) -> None:
    """Assert that there is nothing to do, and that who left has no trace of the cluster."""
    found = foresee(wanted, hosts)
    assert found.empty and found.seen.leaving == {}, (found.differences, found.stages)
    names = {node.name for node in wanted.nodes}
    for host in hosts.everyone:
        assert host.running("pacemaker.service") == (host.name in names)
        if host.name not in names:
            left = {paths.COROSYNC_CONF, paths.COROSYNC_KEY, paths.PACEMAKER_KEY, paths.AGENT, record.PATH}
            assert not left & host.disk.files.keys()
    done = len(hosts.changes)
    applied(wanted, hosts)
    assert hosts.changes[done:] == [], "a second run changes nothing"


@property_test
@given(changes())
def test_any_change_is_made_and_the_plan_is_empty_then(situation: tuple[Cluster, Cluster, SimulatedHosts]) -> None:
    one, wanted, hosts = situation
    hosts.watch = Watch(one, wanted, hosts)
    applied(wanted, hosts)
    as_wanted(wanted, hosts)


@property_test
@given(changes(), st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_a_killed_change_is_finished_by_the_next(
    situation: tuple[Cluster, Cluster, SimulatedHosts], deaths: list[int]
) -> None:
    one, wanted, hosts = situation
    hosts.watch = Watch(one, wanted, hosts)
    for after in deaths:
        hosts.die_after = after
        try:
            applied(wanted, hosts)
        except Killed:
            continue
        finally:
            hosts.die_after = None
    applied(wanted, hosts)
    as_wanted(wanted, hosts)
    whole = journal.read((node.name for node in wanted.nodes), hosts)
    assert not whole.last or whole.last.result is Result.DONE
