"""Maintenance on simulated hosts: begun, prolonged, over, ended; and what status and the CIB say."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from hakit.apply.operating import maintenance
from hakit.apply.operating.reins import Means
from hakit.apply.status import plain, status
from hakit.core import HakitError, Tape, shown
from hakit.observe import maintenance as noted
from hakit.observe import node as paths
from hakit.observe.maintenance import Mark, Written
from hakit.plan import pcs
from hakit.plan.health.nodes import Maintenance, MaintenanceOver
from hakit.plan.operating import maintenance as planned
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster
from tests.unit.plan import running

HOUR = timedelta(hours=1)
PAST = "2026-01-01T00:00:00Z"


def means(hosts: SimulatedHosts) -> Means:
    hosts.changes = []
    return Means(hosts, FakeClock(), Tape())


def begin(hosts: SimulatedHosts, lasting: timedelta | None = None, *, by: str = "root@admin") -> Mark:
    return maintenance.on(cluster(), means(hosts), by=by, lasting=lasting)[1]


def cib(hosts: SimulatedHosts) -> str:
    return hosts.hosts["qsp-a"].text(paths.CIB)


def found(hosts: SimulatedHosts) -> list[object]:
    return [each for each in status(cluster(), hosts).findings if each.code in {"HK314", "HK316"}]


def configured(hosts: SimulatedHosts) -> str:
    return cib(hosts).partition("<configuration>")[2]


@pytest.mark.parametrize("lasting", [None, HOUR])
def test_there_and_back_leaves_nothing(lasting: timedelta | None) -> None:
    hosts = running.hosts()
    before = configured(hosts)
    mark = begin(hosts, lasting)
    assert found(hosts) == [Maintenance(by="root@admin", since=mark.since, until=mark.until)]
    assert not status(cluster(), hosts).healthy
    did = maintenance.off(cluster(), means(hosts))
    assert did.changed and did.notes == ()
    assert configured(hosts) == before and found(hosts) == []


def test_an_end_is_so_far_away_as_was_said() -> None:
    mark = begin(running.hosts(), HOUR)
    left = datetime.fromisoformat(mark.until) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= HOUR


def test_already_so() -> None:
    hosts = running.hosts()
    assert not maintenance.off(cluster(), means(hosts)).changed
    mark = begin(hosts)
    assert maintenance.on(cluster(), means(hosts), by="eve@laptop", lasting=None) == (
        maintenance.Did(changed=False),
        mark,
    )
    assert hosts.changes == []


def test_status_tells_programs() -> None:
    hosts = running.hosts()
    mark = begin(hosts, HOUR)
    assert plain(status(cluster(), hosts))["maintenance"] == {
        "on": True, "by": "root@admin", "since": mark.since, "until": mark.until,
    }  # fmt: skip


def test_what_somebody_set_by_pcs_is_told_without_a_name_and_can_be_ended() -> None:
    hosts = running.hosts()
    hosts.run("qsp-a", running.command("pcs", "property", "set", "maintenance-mode=true"))
    assert found(hosts) == [Maintenance()]
    maintenance.off(cluster(), means(hosts))
    assert found(hosts) == [] and "maintenance" not in configured(hosts)


def test_another_end_keeps_the_beginning() -> None:
    hosts = running.hosts()
    first = begin(hosts, HOUR)
    longer = begin(hosts, 2 * HOUR, by="eve@laptop")
    assert (longer.since, longer.by) == (first.since, "eve@laptop") and longer.until > first.until
    endless = begin(hosts)
    assert endless == Mark("root@admin", first.since)
    assert noted.read(cib(hosts)) == Written(explicit=True, mark=endless)
    assert begin(hosts, HOUR).until and noted.read(cib(hosts)).explicit is None


def test_after_its_end_a_note_is_left_that_off_takes_away() -> None:
    hosts = running.hosts()
    (write,) = planned.on(Written(), Mark("root@admin", PAST, PAST), pcs.Pcs())
    hosts.run("qsp-a", write)
    assert found(hosts) == [MaintenanceOver(until=PAST)] and status(cluster(), hosts).healthy
    assert maintenance.off(cluster(), means(hosts)).changed
    assert found(hosts) == [] and [shown(action).split()[0] for _, action in hosts.changes] == ["cibadmin"]


SETS = {
    "": "",
    "true": '<cluster_property_set id="cib-bootstrap-options"><nvpair id="m" name="maintenance-mode" value="true"/></cluster_property_set>',
    "no": '<cluster_property_set id="x"><nvpair id="m" name="maintenance-mode" value="No"/></cluster_property_set>',
}


@pytest.mark.parametrize(("said", "meant"), [("", None), ("true", True), ("no", False)])
def test_what_is_set_outside_of_our_set(said: str, meant: object) -> None:
    ruled = SETS["true"].replace("<nvpair", '<rule id="r" score="1"/><nvpair').replace("cib-bootstrap-options", "z")
    text = f"<cib><configuration><crm_config>{ruled}{SETS[said]}</crm_config></configuration></cib>"
    assert noted.read(text) == Written(explicit=meant)  # type: ignore[arg-type]
    assert noted.read("") == Written()


@pytest.mark.parametrize(
    ("explicit", "mark", "until"),
    list(itertools.product([None, True, False], [None, Mark("a", PAST), Mark("a", PAST, PAST)], ["", PAST])),
)
def test_no_plan_removes_a_property_that_is_not_there(explicit: bool | None, mark: Mark | None, until: str) -> None:  # noqa: FBT001 - a case
    actions = [shown(each) for each in planned.on(Written(explicit, mark), Mark("b", PAST, until), pcs.Pcs())]
    assert ("pcs property set maintenance-mode=" in actions) is (bool(until) and explicit is not None)
    assert ("pcs property set maintenance-mode=true" in actions) is (not until and not explicit)
    deleted = [number for number, each in enumerate(actions) if "--delete" in each]
    written = [number for number, each in enumerate(actions) if "--modify" in each]
    assert len(written) == 1 and (not deleted or deleted < written)


def test_a_rule_of_somebody_else_is_not_taken_away() -> None:
    hosts = running.hosts()
    (write,) = planned.on(Written(), Mark("x", PAST, "2099-01-01T00:00:00Z"), pcs.Pcs())
    theirs = running.command(*write.argv, stdin=write.stdin.replace("hakit-maintenance", "theirs"))  # type: ignore[union-attr]
    hosts.run("qsp-a", theirs)
    with pytest.raises(HakitError, match="a rule of somebody else's"):
        maintenance.off(cluster(), means(hosts))
