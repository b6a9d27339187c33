"""What crm_simulate answers on real nodes (Pacemaker 2.1.5), and what is made of it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

from hakit.core import Outcome
from hakit.model import Service, Vip
from hakit.observe import durations, simulate
from hakit.plan.changes.effects import Effect, Foreseen, Outage, foresee
from tests.sample_clusters import SQUID, cluster

DATA = Path(__file__).parent / "data"
WEB = Service("web", "nginx.service", Vip(ip_interface("192.168.233.202/24")))
TOOK = {("squid-unit", "start"): 2.2, ("squid-unit", "stop"): 2.0, ("squid-vip", "start"): 0.1}


def told(name: str) -> simulate.Foretold:
    found = simulate.parse((DATA / f"simulate-2.1.5-{name}.xml").read_text())
    assert found is not None
    return found


def test_another_address_restarts_the_whole_group() -> None:
    found = told("restart")
    hard = [(each.resource, each.task) for each in found.operations if each.task != "monitor"]
    assert hard == [("squid-unit", "stop"), ("squid-vip", "stop"), ("squid-vip", "start"), ("squid-unit", "start")]
    (fate,) = foresee((), cluster(), found, TOOK)
    assert (fate.effect, fate.source, fate.target) == (Effect.RESTARTS, "qsp-a", "qsp-a")
    # 2.0 + 0.2 (never seen) + 0.1 + 2.2 and four times the pause between two operations.
    assert fate.outage == Outage(4.7, 12.4, 240)


def test_a_new_service_starts_and_the_other_stays() -> None:
    fates = list(foresee((), cluster(SQUID, WEB), told("start"), TOOK))
    assert fates == [
        Foreseen("squid", Effect.STAYS, "qsp-a", "qsp-a"),
        Foreseen("web", Effect.STARTS, "", "qsp-b"),
    ]


@pytest.mark.parametrize("name", ["start", "stay"])
def test_what_is_decided_tells_the_same_where_nothing_but_starts_happens(name: str) -> None:
    whole = (DATA / f"simulate-2.1.5-{name}.xml").read_text()
    quick = simulate.only_starts(whole)
    acted = told(name)
    assert quick is not None
    assert quick.before == acted.before
    assert {each: place for each, place in quick.after.items() if place} == {
        each: place for each, place in acted.after.items() if place
    }
    assert list(foresee((), cluster(SQUID, WEB), quick, TOOK)) == list(foresee((), cluster(SQUID, WEB), acted, TOOK))


def test_a_decision_for_more_than_starts_is_to_be_acted_out() -> None:
    assert simulate.only_starts((DATA / "simulate-2.1.5-restart.xml").read_text()) is None
    blocked = (DATA / "simulate-2.1.5-start.xml").read_text().replace('action="start"', 'action="start" blocked="true"')
    assert simulate.only_starts(blocked) is None
    assert simulate.only_starts("crm_simulate: unrecognized option") is None


def test_other_intervals_touch_nothing() -> None:
    found = told("stay")
    assert {each.task for each in found.operations} == {"monitor", "cancel"}
    assert [fate.effect for fate in foresee((), cluster(), found, {})] == [Effect.STAYS]


def test_a_service_that_the_spec_no_longer_names_is_told_too() -> None:
    gone = simulate.Foretold(
        (simulate.Operation("web-unit", "stop", "qsp-b"),), {"web-unit": ("qsp-b",)}, {"squid-unit": ("qsp-a",)}
    )
    fates = {fate.service: fate for fate in foresee((Service("web", "web.service"),), cluster(), gone, {})}
    assert fates["web"] == Foreseen("web", Effect.STOPS, "qsp-b", "")


def test_what_a_service_depends_on_counts_while_it_is_down() -> None:
    """Both restart: web is down while squid stops and starts, squid is not down while web does."""
    web = replace(WEB, vip=None, depends_on=("squid",))
    names = ("web-unit", "squid-unit", "squid-vip")
    stops = tuple(simulate.Operation(name, "stop", "qsp-a") for name in names)
    starts = tuple(simulate.Operation(name, "start", "qsp-a") for name in reversed(names))
    places = dict.fromkeys(names, ("qsp-a",))
    took = {(name, task): 1.0 for name in names for task in ("start", "stop")}
    both = simulate.Foretold((*stops, *starts), places, places)
    fates = {fate.service: fate.outage for fate in foresee((), cluster(SQUID, web), both, took)}
    assert fates["web"] and fates["squid"]
    assert (fates["web"].least, fates["squid"].least) == (6.3, 4.2)
    assert fates["web"].least < fates["web"].most < fates["web"].limit


def test_a_release_that_cannot_tell_in_xml_tells_nothing() -> None:
    assert simulate.parse("") is None
    assert simulate.parse("crm_simulate: unrecognized option '--output-as'") is None
    refused = '<pacemaker-result><status code="78" message="Invalid configuration"/></pacemaker-result>'
    assert simulate.parse(refused) is None
    command = simulate.command("<cib/>")
    assert not command.changes_state and command.stdin == "<cib/>"


def test_why_nothing_is_told_is_the_real_reason() -> None:
    command = simulate.command("<cib/>")
    assert "in XML" in simulate.untold(Outcome("qsp-a", command, 64, "", "unrecognized option", 0.1))
    assert "within 120 s" in simulate.untold(Outcome("qsp-a", command, -1, "", "", 120.0, timed_out=True))


def test_durations_come_from_the_history_of_what_went_well() -> None:
    cib = (
        "<cib><status><node_state><lrm><lrm_resources><lrm_resource id='squid-unit'>"
        "<lrm_rsc_op operation='start' rc-code='0' exec-time='2210'/><lrm_rsc_op operation='stop' rc-code='1' exec-time='9'/>"
        "<lrm_rsc_op operation='monitor' rc-code='0' exec-time='5'/></lrm_resource></lrm_resources></lrm></node_state>"
        "<node_state><lrm><lrm_resources><lrm_resource id='squid-unit'><lrm_rsc_op operation='start' rc-code='0' "
        "exec-time='90'/></lrm_resource></lrm_resources></lrm></node_state></status></cib>"
    )
    assert durations.parse(cib) == {("squid-unit", "start"): 2.21}
