"""Changes of a simulated running cluster: done, noted, refused, rolled back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_interface

import click
import pytest

from hakit import spec as specs
from hakit.apply import change as engine
from hakit.apply import journal
from hakit.apply.change import Done, Order, RolledBack, change
from hakit.apply.destroy import destroy
from hakit.apply.engine import Changed, Refused
from hakit.apply.foresight import foresee
from hakit.apply.lock import Busy
from hakit.apply.operating.reins import Means
from hakit.cli import history as cli
from hakit.core import HakitError, Tape
from hakit.model import Cluster, Service, Vip
from hakit.observe import journal as noted
from hakit.observe import node as paths
from hakit.observe.journal import Kind, Result
from hakit.plan.bootstrap.refusals import Foreign
from hakit.render import Origin
from tests.doubles import pacemaker
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

WEB = Service("web", "web.service", Vip(ip_interface("192.168.233.201/24")))
TWO = cluster(SQUID, WEB)
NODES = ("qsp-a", "qsp-b")


def hosts_of(now: Cluster, later: Cluster) -> SimulatedHosts:
    hosts = running.hosts(now)
    for host in hosts.everyone:
        host.units = {service.unit: SimUnit() for service in later.services} | host.units
    return hosts


def means(hosts: SimulatedHosts, tape: Tape | None = None) -> Means:
    return Means(hosts, FakeClock(), tape or Tape())


def applied(
    wanted: Cluster,
    hosts: SimulatedHosts,
    *,
    kind: Kind = Kind.APPLY,
    foreign: bool = False,
    meanwhile: Callable[[], object] = lambda: None,
) -> Done:
    def agree(*_: object) -> bool:
        meanwhile()
        return True

    order = Order(kind, wanted, specs.written(wanted), foreign=foreign)
    return change(order, means(hosts), agree=agree)


def undone(hosts: SimulatedHosts, name: str | None = None) -> Done:
    text = engine.rolling(NODES, means(hosts), name).text
    wanted, faults = specs.check_text(text, "kept")
    assert wanted is not None, faults
    return change(Order(Kind.ROLLBACK, wanted, text), means(hosts), agree=lambda *_: True)


def results(hosts: SimulatedHosts) -> list[tuple[Kind, Result]]:
    return [(entry.kind, entry.result) for entry in journal.read(NODES, hosts).entries]


def by_hand(hosts: SimulatedHosts, old: str, new: str) -> None:
    """Change the CIB as somebody else would."""
    live = hosts.everyone[0].text(paths.CIB)
    assert old in live
    pacemaker.push(hosts.everyone[0], hosts.everyone, live.replace(old, new))


def test_a_change_is_done_noted_on_every_node_and_the_plan_is_empty(each_tool: str) -> None:
    del each_tool
    hosts = hosts_of(cluster(), TWO)
    done = applied(TWO, hosts)
    assert done.entry is not None and done.entry.result is Result.DONE
    assert foresee(TWO, hosts, applied=TWO).empty
    for node in NODES:
        (entry,) = journal.read((node,), hosts).entries
        assert entry == done.entry and "resource web: nothing → there" in entry.lines
        assert hosts.hosts[node].disk.files[noted.PATH].mode == 0o600
        assert hosts.hosts[node].disk.files[noted.place(entry.name)].mode == 0o600
        assert hosts.hosts[node].lock == ""


def test_nothing_to_do_is_no_change() -> None:
    hosts = running.hosts()
    done = len(hosts.changes)
    assert applied(cluster(), hosts).entry is None
    assert hosts.changes[done:] == []


def test_a_change_that_only_undid_what_somebody_did_by_hand_has_no_way_back_and_says_so() -> None:
    hosts = hosts_of(cluster(), TWO)
    applied(TWO, hosts)
    assert not engine.rolling(NODES, means(hosts), None).same
    by_hand(hosts, '"192.168.233.200"', '"192.168.233.222"')
    applied(TWO, hosts)
    assert engine.rolling(NODES, means(hosts), None).same


def test_an_imported_spec_is_the_first_way_back_and_each_rollback_the_next() -> None:
    hosts = hosts_of(cluster(), TWO)
    applied(TWO, hosts)
    undone(hosts)
    assert foresee(cluster(), hosts).empty
    undone(hosts)
    assert foresee(TWO, hosts).empty, "a rollback of the rollback"
    assert [kind for kind, _ in results(hosts)] == [Kind.APPLY, Kind.ROLLBACK, Kind.ROLLBACK]
    first = journal.read(NODES, hosts).entries[0].name
    undone(hosts, first)
    assert foresee(cluster(), hosts).empty, "behind the first of all"
    with pytest.raises(HakitError, match="no checkpoint 2026"):
        undone(hosts, "2026")


def test_what_breaks_the_service_is_rolled_back() -> None:
    broken = cluster(replace(SQUID, unit="broken.service"))
    hosts = hosts_of(cluster(), broken)
    for host in hosts.everyone:
        host.never_start = {"broken.service"}
    with pytest.raises(RolledBack) as caught:
        applied(broken, hosts)
    assert "squid-unit" in caught.value.why
    assert foresee(cluster(), hosts).empty
    assert results(hosts) == [(Kind.APPLY, Result.ROLLED_BACK)]
    assert [host.failed for host in hosts.everyone] == [{}, {}], "fail counts are cleaned up"
    assert any(host.running("squid.service") for host in hosts.everyone)
    with pytest.raises(HakitError, match="no change to roll back"):
        undone(hosts)


def test_an_address_that_a_stranger_takes_meanwhile_is_given_up_again() -> None:
    hosts = hosts_of(cluster(), TWO)

    def stranger() -> None:
        for host in hosts.everyone:
            host.strangers["192.168.233.201"] = ["02:00:00:00:00:07"]

    with pytest.raises(RolledBack, match=r"192\.168\.233\.201 .* is in use already: 02:00:00:00:00:07 answers"):
        applied(TWO, hosts, meanwhile=stranger)
    assert foresee(cluster(), hosts).empty
    assert results(hosts) == [(Kind.APPLY, Result.ROLLED_BACK)]


def test_an_address_that_the_network_can_not_be_asked_for_is_told() -> None:
    hosts = hosts_of(cluster(), TWO)

    def broken() -> None:
        for host in hosts.everyone:
            host.unasked["192.168.233.201"] = "No such device"

    found = applied(TWO, hosts, meanwhile=broken).result.findings
    assert any("could not ask the network who has 192.168.233.201: No such device" in each.text() for each in found)


def test_two_at_once_one_wins_the_other_says_so() -> None:
    hosts = hosts_of(cluster(), TWO)
    hosts.hosts["qsp-b"].lock = "eve@admin, process 7 of 0123456789ab"
    before = hosts.snapshot()
    with pytest.raises(Busy) as caught:
        applied(TWO, hosts)
    assert "eve@admin" in caught.value.message and "qsp-b" in caught.value.message
    assert hosts.snapshot() == before
    assert hosts.hosts["qsp-a"].lock == "", "what was taken is given back"


def test_a_cib_that_somebody_changed_since_the_plan_is_left_alone() -> None:
    hosts = hosts_of(cluster(), TWO)
    with pytest.raises(Changed):
        applied(TWO, hosts, meanwhile=lambda: by_hand(hosts, '"100"', '"200"'))
    assert 'value="200"' in hosts.everyone[0].text(paths.CIB)
    assert "web" not in hosts.everyone[0].text(paths.CIB)
    assert results(hosts) == []


def test_what_was_made_by_hand_is_removed_by_intent_alone() -> None:
    hosts = hosts_of(cluster(), TWO)
    applied(TWO, hosts)
    assert applied(cluster(), hosts).entry is not None, "web was in the last spec, so its removal is meant"
    made = "<resources><primitive id='mine' class='systemd' type='web'/>"
    by_hand(hosts, "<resources>", made)
    with pytest.raises(Refused) as caught:
        applied(TWO, hosts)
    assert caught.value.findings == (Foreign(ids=("mine",)),)
    assert applied(TWO, hosts, foreign=True).entry is not None
    assert "mine" not in hosts.everyone[0].text(paths.CIB)


def test_drift_is_told_from_intent() -> None:
    hosts = hosts_of(cluster(), TWO)
    applied(TWO, hosts)
    by_hand(hosts, "192.168.233.201", "192.168.233.222")
    told = foresee(TWO, hosts, applied=journal.applied(TWO, hosts)).differences
    assert [(each.old, each.origin) for each in told] == [("192.168.233.222", Origin.DRIFT)]


def test_a_journal_knows_the_end_of_what_another_node_saw_begin() -> None:
    hosts = hosts_of(cluster(), TWO)
    applied(TWO, hosts)
    whole = journal.read(("qsp-a",), hosts)
    entry = whole.entries[0]
    earlier = noted.Journal().begun(replace(entry, ended="", result=Result.STARTED), whole.spec)
    assert noted.together((earlier, whole)) == noted.together((whole, earlier)) == whole
    assert noted.parse(earlier.dump()) == earlier and earlier.open
    with pytest.raises(HakitError, match="damaged"):
        noted.parse("{}")


def test_apply_on_bare_hosts_is_a_bootstrap() -> None:
    hosts = SimulatedHosts(cluster())
    assert applied(cluster(), hosts).entry is not None
    assert foresee(cluster(), hosts).empty
    assert results(hosts) == [(Kind.APPLY, Result.DONE)]
    assert destroy(cluster(), hosts, listener=Tape(), agree=lambda _: True)
    assert not [path for host in hosts.everyone for path in host.disk.files if "history" in path]


def killed_at_once(wanted: Cluster, hosts: SimulatedHosts, effects: int) -> None:
    hosts.die_after = effects
    with pytest.raises(Killed):
        applied(wanted, hosts)
    hosts.die_after = None


def test_what_was_cut_short_keeps_its_name_and_its_checkpoint() -> None:
    hosts = hosts_of(cluster(), TWO)
    killed_at_once(TWO, hosts, 8)
    before = journal.read(NODES, hosts)
    assert before.open and results(hosts) == [(Kind.APPLY, Result.STARTED)]
    done = applied(TWO, hosts)
    assert done.entry is not None and done.entry.name == before.open.name
    assert results(hosts) == [(Kind.APPLY, Result.DONE)]
    undone(hosts)
    assert foresee(cluster(), hosts).empty


def test_what_was_cut_short_can_be_rolled_back_in_place_of_finished() -> None:
    hosts = hosts_of(cluster(), TWO)
    killed_at_once(TWO, hosts, 8)
    undone(hosts)
    assert foresee(cluster(), hosts).empty
    assert [result for _, result in results(hosts)] in ([Result.FAILED, Result.DONE], [Result.FAILED])
    assert not journal.read(NODES, hosts).open


def test_a_host_that_is_lost_on_the_way_is_told_and_noted() -> None:
    hosts = hosts_of(cluster(), TWO)

    def lost() -> None:
        if noted.PATH in hosts.hosts["qsp-b"].disk.files:
            hosts.lost.add("qsp-b")

    hosts.watch = lost
    with pytest.raises(HakitError) as caught:
        applied(TWO, hosts)
    assert "nothing was changed" not in caught.value.message
    hosts.lost.clear()
    hosts.watch = lambda: None
    whole = journal.read(NODES, hosts)
    assert whole.open and "qsp-b" in whole.open.note
    applied(TWO, hosts)
    assert results(hosts) == [(Kind.APPLY, Result.DONE)]


def test_history_as_people_and_programs_read_it() -> None:
    hosts = hosts_of(cluster(), TWO)
    applied(TWO, hosts)
    undone(hosts)
    whole = journal.read(NODES, hosts)
    first, second = whole.entries
    said = [click.unstyle(line) for line in cli.lines(whole)]
    assert said[0] == f"↩ {first.name}  {first.begun.replace('T', ' ')[:-1]}  {first.by}  apply: done"
    assert "    resource web: nothing → there" in said
    plain = cli.plain(whole)
    assert plain["in_force_since"] == second.name
    assert [each["kind"] for each in json.loads(json.dumps(plain))["changes"]] == ["apply", "rollback"]
    assert cli.shown(whole, NODES, hosts, "now") == cli.shown(whole, NODES, hosts, first.name)
    assert "web" in cli.shown(whole, NODES, hosts, second.name)
    with pytest.raises(HakitError, match="no checkpoint nonsense"):
        cli.shown(whole, NODES, hosts, "nonsense")
