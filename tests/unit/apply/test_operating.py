"""standby, stop, start, restart and cleanup on simulated hosts: there and back, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hakit import render
from hakit.apply.bootstrap import bootstrap
from hakit.apply.operating import cleanup, service, standby
from hakit.apply.operating.reins import Means
from hakit.apply.status import plain, status
from hakit.core import ExitCode, HakitError, Tape, shown
from hakit.model import Cluster, Service
from hakit.observe import node as paths
from hakit.plan.switchover import Move
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

Verb = Callable[[Cluster, Means], object]
pytestmark = pytest.mark.usefixtures("each_tool")
ABOVE = cluster(SQUID, Service("web", "web.service", depends_on=("squid",)))


def means(hosts: SimulatedHosts) -> Means:
    hosts.changes = []
    return Means(hosts, FakeClock(), Tape())


def never(about: object) -> bool:
    raise AssertionError(f"asked about {about}")


def done(hosts: SimulatedHosts) -> list[str]:
    return [shown(action) for _, action in hosts.changes]


def codes(hosts: SimulatedHosts, wanted: Cluster | None = None) -> list[str]:
    return [each.code for each in status(wanted or cluster(), hosts).findings if each.code != "HK350"]


def test_standby_there_and_back() -> None:
    hosts = running.hosts()
    did = standby.standby(cluster(), means(hosts), "qsp-a", agree=never)
    assert did.changed and did.moved == (Move("squid", "qsp-a", "qsp-b"),) and did.notes == ()
    assert hosts.changes[0][0] == "qsp-b", "it acts through a node that stays"
    assert codes(hosts) == ["HK312"]
    back = standby.unstandby(cluster(), means(hosts), "qsp-a")
    assert back.changed and back.moved == (), "nothing goes back by itself"
    assert codes(hosts) == []


def test_what_is_so_already_is_not_done() -> None:
    hosts = running.hosts()
    assert not standby.unstandby(cluster(), means(hosts), "qsp-a").changed
    assert not service.start(cluster(), means(hosts), "squid").changed
    assert not cleanup.cleanup(cluster(), means(hosts), "").did.changed
    assert hosts.changes == []
    standby.standby(cluster(), means(hosts), "qsp-b", agree=never)
    assert not standby.standby(cluster(), means(hosts), "qsp-b", agree=never).changed
    service.stop(cluster(), means(hosts), "squid", agree=never)
    assert not service.stop(cluster(), means(hosts), "squid", agree=never).changed
    assert hosts.changes == []


def test_a_standby_that_strands_a_service_is_asked_about() -> None:
    hosts = running.hosts()
    standby.standby(cluster(), means(hosts), "qsp-b", agree=never)
    asked: list[str] = []

    def refuse(alone: tuple[object, ...]) -> bool:
        asked.extend(str(each.text()) for each in alone)  # type: ignore[attr-defined]
        return False

    with pytest.raises(HakitError, match="not agreed; nothing was changed") as caught:
        standby.standby(cluster(), means(hosts), "qsp-a", agree=refuse)
    assert caught.value.code == ExitCode.DIFFERENT
    assert asked == ["no other node can take squid: qsp-b is in standby"] and hosts.changes == []
    did = standby.standby(cluster(), means(hosts), "qsp-a", agree=lambda _: True)
    assert did.moved == (Move("squid", "qsp-a", ""),) and did.notes == tuple(asked)


def test_a_stopped_service_stays_stopped_and_is_told() -> None:
    hosts = running.hosts()
    did = service.stop(cluster(), means(hosts), "squid", agree=never)
    assert did.moved == (Move("squid", "qsp-a", ""),)
    assert codes(hosts) == ["HK334"], "and no drift"
    told = plain(status(cluster(), hosts))["services"]
    assert isinstance(told, list) and told[0]["out_of_service"]
    standby.standby(cluster(), means(hosts), "qsp-a", agree=never)
    standby.unstandby(cluster(), means(hosts), "qsp-a")
    again = bootstrap(cluster(), hosts, clock=FakeClock(), listener=Tape(), agree=never)
    assert not again.changed and "HK334" in {each.code for each in again.findings}
    assert not any(host.running("squid.service") for host in hosts.everyone)


def test_a_change_of_the_spec_leaves_a_stopped_service_stopped_and_says_so() -> None:
    hosts = running.hosts(ABOVE)
    service.stop(ABOVE, means(hosts), "squid", agree=lambda _: True)
    more = cluster(*ABOVE.services, Service("more", "web.service", prefer="qsp-b"))
    found: list[str] = []
    bootstrap(
        more,
        hosts,
        clock=FakeClock(),
        listener=Tape(),
        agree=lambda _, findings: bool(found.extend(each.code for each in findings)) or True,
    )
    assert found.count("HK334") == 2
    assert render.stopped(hosts.hosts["qsp-a"].text(paths.CIB)) == ("squid",)


def test_start_takes_every_wish_back() -> None:
    hosts = running.hosts()
    service.stop(cluster(), means(hosts), "squid", agree=never)
    hosts.run("qsp-a", running.command(*running.spoken("pcs resource disable squid-unit").split()))
    did = service.start(cluster(), means(hosts), "squid")
    assert done(hosts) == [running.spoken(f"pcs resource enable {name}") for name in ("squid", "squid-unit")]
    assert did.moved == (Move("squid", "", "qsp-a"),)
    assert codes(hosts) == [] and render.stopped(hosts.hosts["qsp-a"].text(paths.CIB)) == ()


@pytest.mark.parametrize("verb", [service.stop, service.restart])
def test_what_depends_on_it_is_asked_about(verb: Callable[..., object]) -> None:
    hosts = running.hosts(ABOVE)
    with pytest.raises(HakitError, match="not agreed"):
        verb(ABOVE, means(hosts), "squid", agree=lambda above: above != ("web",))
    assert hosts.changes == []
    verb(ABOVE, means(hosts), "web", agree=never)


def test_what_waits_for_a_stopped_service_is_told_and_not_started() -> None:
    hosts = running.hosts(ABOVE)
    service.stop(ABOVE, means(hosts), "squid", agree=lambda _: True)
    found = status(ABOVE, hosts).findings
    assert [each.text() for each in found if each.code == "HK334"][1] == (
        "service web waits for squid, which is out of service"
    )
    service.stop(ABOVE, means(hosts), "web", agree=never)
    with pytest.raises(HakitError, match="web depends on squid, which is out of service"):
        service.start(ABOVE, means(hosts), "web")


def test_restart_leaves_it_where_it_was() -> None:
    hosts = running.hosts()
    did = service.restart(cluster(), means(hosts), "squid", agree=never)
    assert (
        did.changed
        and did.moved == ()
        and done(hosts)[0].startswith(running.spoken("pcs resource restart squid --wait="))
    )
    service.stop(cluster(), means(hosts), "squid", agree=never)
    with pytest.raises(HakitError, match="out of service"):
        service.restart(cluster(), means(hosts), "squid", agree=never)


def test_cleanup_says_what_it_forgets() -> None:
    hosts = running.hosts()
    hosts.hosts["qsp-b"].failed["squid-unit_start_0"] = "the port is taken"
    cleaned = cleanup.cleanup(cluster(), means(hosts), "squid")
    (failure,) = cleaned.before.failures
    assert cleanup.text(failure) == "squid-unit_start_0 on qsp-b: error: the port is taken, 2026-11-24 17:00:00"
    assert [each.fail_count for each in cleaned.before.counts] == [1]
    assert done(hosts) == [running.spoken("pcs resource cleanup squid")] and codes(hosts) == []


def test_cleanup_of_one_service_leaves_the_others_failures() -> None:
    hosts = running.hosts(ABOVE)
    hosts.hosts["qsp-b"].failed["squid-unit_start_0"] = "x"
    assert not cleanup.cleanup(ABOVE, means(hosts), "web").did.changed
    assert hosts.hosts["qsp-b"].failed


def test_what_fails_again_at_once_is_told() -> None:
    class Again(SimulatedHosts):
        """Fails anew as soon as it is looked at."""

        def run(self, host, action):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if shown(action).startswith("crm_mon"):
                self.hosts["qsp-b"].failed["squid-unit_start_0"] = "still taken"
            return super().run(host, action)

    hosts = Again(cluster())
    bootstrap(cluster(), hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    with pytest.raises(HakitError, match="failed again:\n  squid-unit_start_0 on qsp-b: error: still taken"):
        cleanup.cleanup(cluster(), means(hosts), "squid")


VERBS: list[Verb] = [
    lambda wanted, by: standby.standby(wanted, by, "qsp-a", agree=never),
    lambda wanted, by: service.stop(wanted, by, "squid", agree=never),
    lambda wanted, by: service.restart(wanted, by, "squid", agree=never),
]


@pytest.mark.parametrize("verb", VERBS)
def test_in_maintenance_nothing_is_asked_of_the_cluster(verb: Verb) -> None:
    hosts = running.hosts()
    hosts.run("qsp-a", running.command(*running.spoken("pcs property set maintenance-mode=true").split()))
    by = means(hosts)
    with pytest.raises(HakitError, match="maintenance is on"):
        verb(cluster(), by)
    assert hosts.changes == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_cluster_at_rest_is_not_asked(verb: Verb) -> None:
    hosts = running.hosts()
    for name in hosts.hosts:
        hosts.stop(name)
    with pytest.raises(HakitError, match="the cluster does not run"):
        verb(cluster(), means(hosts))


def test_wrong_names_suggest() -> None:
    hosts = running.hosts()
    with pytest.raises(HakitError) as caught:
        standby.standby(cluster(), means(hosts), "qspa", agree=never)
    assert caught.value.hint == "did you mean 'qsp-a'?"
    with pytest.raises(HakitError) as caught:
        service.stop(cluster(), means(hosts), "nginx", agree=never)
    assert caught.value.hint == "it knows: squid"


def test_with_one_node_away_the_other_serves() -> None:
    hosts = running.hosts()
    hosts.stop("qsp-b")
    service.stop(cluster(), means(hosts), "squid", agree=never)
    service.start(cluster(), means(hosts), "squid")
    assert hosts.hosts["qsp-a"].running("squid.service")


def test_a_vip_of_a_stopped_service_is_not_missed() -> None:
    two = cluster(SQUID, replace(SQUID, name="web", unit="web.service", vip=None))
    hosts = running.hosts(two)
    service.stop(two, means(hosts), "squid", agree=never)
    again = bootstrap(two, hosts, clock=FakeClock(), listener=Tape(), agree=never)
    assert {each.code for each in again.findings} == {"HK334", "HK350"}
