"""What differs between a running cluster and the spec, and how hakit's part is put right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hakit.core import HakitError
from hakit.model import Cluster, Device, DeviceFencing, Service, Switchback
from hakit.render import cib, differences, foreign, leftovers, merged
from tests.sample_clusters import SQUID, cluster, clusters

LIVE = (Path(__file__).parents[2] / "cases/live/squid-running.xml").read_text()
PACEMAKERS = ("nodes", "status", "acls", "tickets", "alerts", "tags")


def part(xml: str, path: str) -> bytes:
    found = etree.fromstring(xml.encode(), etree.XMLParser(remove_blank_text=True)).find(path)
    return b"" if found is None else etree.tostring(found, method="c14n2")


def edited(xml: str, old: str, new: str) -> str:
    assert old in xml
    return xml.replace(old, new)


def test_a_running_cluster_that_is_as_declared_has_no_differences() -> None:
    assert differences(LIVE, cluster()) == ()
    assert part(merged(LIVE, cluster()), ".") == part(LIVE, ".")
    assert foreign(LIVE, cluster()) == ()
    assert leftovers(LIVE) == ()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('value="3"', 'value="1"', "resource defaults: migration-threshold is 1, should be 3"),
        ('value="192.168.233.200"', 'value="192.168.233.9"', "resource squid-vip: parameter ip is 192.168.233.9, should be 192.168.233.200"),
        ('name="stonith-enabled" value="false"', 'name="stonith-enabled" value="true"', "cluster properties: stonith-enabled is true, should be false"),
        ('name="stonith-enabled" value="false"', 'name="fencing-enabled" value="true"', "cluster properties: stonith-enabled is true, should be false"),
        ('name="dc-deadtime"', 'name="election-timeout"', "cluster properties: dc-deadtime is not set, should be 2s"),
        ('type="squid"', 'type="nginx"', "resource squid-unit: agent is systemd:nginx, should be systemd:squid"),
        ('timeout="20s" id="squid-vip-stop"', 'timeout="9s" id="squid-vip-stop"', "resource squid-vip: operation stop every 0s: timeout is 9s, should be 20s"),
    ],
)  # fmt: skip
def test_a_difference_is_said_in_a_line_and_put_right(old: str, new: str, line: str) -> None:
    live = edited(LIVE, old, new)
    assert differences(live, cluster()) == (line,)
    assert differences(merged(live, cluster()), cluster()) == ()


OFF = '<meta_attributes id="m"><nvpair id="n" name="target-role" value="Stopped"/></meta_attributes>'
STOPPED = edited(LIVE, '<group id="squid">', f'<group id="squid">{OFF}')


def test_what_an_operator_switched_off_is_no_difference_and_stays_so() -> None:
    assert differences(STOPPED, cluster()) == ()
    assert part(merged(STOPPED, cluster()), ".") == part(STOPPED, ".")


@pytest.mark.parametrize(
    "wanted",
    [replace(SQUID, unit="nginx.service"), replace(SQUID, vip=None), replace(SQUID, switchback=Switchback.AUTOMATIC)],
)
def test_a_stopped_service_that_changes_stays_stopped(wanted: Service) -> None:
    after = etree.fromstring(merged(STOPPED, cluster(wanted)))
    roles = after.xpath("//group[@id='squid']/meta_attributes/nvpair[@name='target-role']/@value")
    assert roles == ["Stopped"]
    assert differences(etree.tostring(after, encoding="unicode"), cluster(wanted)) == ()


def test_another_meta_attribute_beside_an_operator_s_wish_is_drift() -> None:
    off = OFF.replace("<nvpair", '<nvpair id="o" name="is-managed" value="false"/><nvpair')
    live = edited(LIVE, '<group id="squid">', f'<group id="squid">{off}')
    assert differences(live, cluster()) == ("resource squid: meta attribute is-managed is false, should not be set",)
    assert "Stopped" in merged(live, cluster()) and "is-managed" not in merged(live, cluster())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('interval="5s"', 'interval="5000ms"'),
        ('interval="0s"', 'interval="0"'),
        ('value="600s"', 'value="10min"'),
        ('name="stonith-enabled" value="false"', 'name="stonith-enabled" value="no"'),
        ('name="stonith-enabled" value="false"', 'name="fencing-enabled" value="false"'),
        ('validate-with="pacemaker-3.5"', 'validate-with="pacemaker-4.0"'),
        ("<constraints/>", "<constraints/><op_defaults/><tags/>"),
        ('<group id="squid">', '<group id="squid"><meta_attributes id="squid-meta_attributes"/>'),
        ("<constraints/>", ""),
        ('id="rsc-options"', 'id="build-resource-defaults"'),
    ],
)
def test_the_same_meaning_written_otherwise_is_no_difference(old: str, new: str) -> None:
    live = edited(LIVE, old, new)
    assert differences(live, cluster()) == ()
    assert part(merged(live, cluster()), ".") == part(live, ".")


def test_what_pacemaker_and_operators_keep_stays_untouched() -> None:
    other = cluster(replace(SQUID, unit="nginx.service"), replace(SQUID, name="web", unit="web.service", vip=None))
    result = merged(LIVE, other)
    for name in ("configuration/nodes", "status"):
        assert part(result, name) == part(LIVE, name) != b""
    for name in (
        "dc-version",
        "have-watchdog",
        "cluster-infrastructure",
        "cluster-name",
        "last-lrm-refresh",
        "maintenance-mode",
    ):
        path = f".//cluster_property_set/nvpair[@name='{name}']"
        assert part(result, path) == part(LIVE, path) != b""
    assert etree.fromstring(result).attrib == etree.fromstring(LIVE).attrib
    # An unchanged resource stays as it is written, so that the change which is sent stays small.
    assert part(result, ".//primitive[@id='squid-vip']") == part(LIVE, ".//primitive[@id='squid-vip']")


def test_an_advance_that_the_spec_has_given_up_goes() -> None:
    """Without devices it has no effect, and is not hakit's."""
    device = Device("board", "fence_ipmilan", ("qsp-a", "qsp-b"), (("ip", "10.7.0.1"),))
    patient, hasty = (replace(cluster(), fencing=DeviceFencing((device,), (), delay)) for delay in (10, 0))
    live = merged(LIVE, patient)
    line = "resource fencing-first is not in the spec"
    assert line in differences(live, hasty)
    assert "fencing-first" not in merged(live, hasty)
    # Given by Pacemaker's own delay, as hakit once did.
    delay = '<nvpair id="delay" name="priority-fencing-delay" value="10s"/>'
    live = edited(
        live,
        '<nvpair id="cib-bootstrap-options-transition-delay"',
        f'{delay}<nvpair id="cib-bootstrap-options-transition-delay"',
    )
    line = "cluster properties: priority-fencing-delay is 10s, should not be set"
    for wanted in (patient, hasty):
        assert line in differences(live, wanted)
        assert "priority-fencing-delay" not in merged(live, wanted)
    assert "priority-fencing-delay" in merged(live, cluster())


def test_foreign_things_and_leftovers_are_told_apart() -> None:
    live = edited(
        LIVE,
        "</group>",
        '</group><clone id="c"><primitive id="ping" class="ocf" provider="pacemaker" type="ping"/></clone>',
    )
    live = edited(
        live,
        "<constraints/>",
        '<constraints><rsc_location id="cli-prefer-squid" rsc="squid" node="qsp-b" score="INFINITY"/>'
        '<rsc_location id="mine" rsc="squid" node="qsp-a" score="5"/></constraints>',
    )
    assert foreign(live, cluster()) == ("c", "ping", "mine")
    assert leftovers(live) == ("cli-prefer-squid",)
    assert differences(live, cluster()) == (
        "resource c is not in the spec",
        "resource ping is not in the spec",
        "constraint cli-prefer-squid is not in the spec",
        "constraint mine is not in the spec",
    )
    assert foreign(merged(live, cluster()), cluster()) == ()


def test_an_empty_cluster_lacks_everything() -> None:
    empty = '<cib validate-with="pacemaker-3.9" epoch="7"><configuration><crm_config/><nodes/></configuration><status/></cib>'
    assert "resource squid is missing" in differences(empty, cluster())
    assert differences(merged(empty, cluster()), cluster()) == ()
    assert 'epoch="7"' in merged(empty, cluster())


def test_comments_make_no_difference_and_stay() -> None:
    live = LIVE
    for place in ("<nodes>", '<meta_attributes id="rsc-options">', '<group id="squid">', "<resources>", "<operations>"):
        live = edited(live, place, f"{place}<!-- mind this -->")
    assert differences(live, cluster()) == ()
    assert foreign(live, cluster()) == ()
    assert merged(live, cluster()).count("mind this") == live.count("mind this")
    assert merged(live, cluster(replace(SQUID, unit="nginx.service"))).count("mind this") < live.count("mind this")


def test_defaults_of_operations_are_hakit_s_too() -> None:
    live = edited(
        LIVE,
        "<constraints/>",
        '<constraints/><op_defaults><meta_attributes id="o"><nvpair id="p" name="timeout" value="9"/></meta_attributes></op_defaults>',
    )
    assert differences(live, cluster()) == ("operation defaults: timeout is 9s, should not be set",)


def test_a_rule_makes_a_difference() -> None:
    rule = '<rule id="r" score="INFINITY"><date_expression id="d" operation="gt" start="2030-01-01"/></rule>'
    live = edited(LIVE, '<meta_attributes id="rsc-options">', f'<meta_attributes id="rsc-options">{rule}')
    lines = differences(live, cluster())
    assert lines[:1] == ("resource defaults: resource-stickiness is not set, should be 100",)
    assert any("set rsc-options" in line for line in lines)
    assert differences(merged(live, cluster()), cluster()) == ()


@pytest.mark.parametrize("text", ["", "no xml", "<cib/>", "<html/>"])
def test_what_is_no_cib_is_refused(text: str) -> None:
    with pytest.raises(HakitError, match="CIB"):
        differences(text, cluster())


def rewritten(xml: str, chance: Random) -> str:
    """Write a CIB otherwise, as Pacemaker, pcs and operators do, without changing its meaning."""
    root = etree.fromstring(xml)
    configuration = root.find("configuration")
    assert configuration is not None
    sections = [*configuration, etree.Element("tags"), etree.Element("op_defaults")]
    configuration[:] = chance.sample(sections, len(sections))
    for element in [*root.iter("cluster_property_set", "meta_attributes", "instance_attributes", "operations")]:
        element[:] = chance.sample([*element], len(element))
    for resource in [*root.iter("group")]:
        etree.SubElement(resource, "meta_attributes", id=f"{resource.get('id')}-empty")
    root.set("epoch", str(chance.randrange(1000)))
    root.set("validate-with", "pacemaker-3.9")
    return etree.tostring(root, encoding="unicode")


@settings(max_examples=40, deadline=None)
@given(clusters(), st.randoms(use_true_random=False))
def test_writing_a_cib_otherwise_makes_no_difference(declared: Cluster, chance: Random) -> None:
    live = rewritten(cib(declared), chance)
    assert differences(live, declared) == ()
    assert part(merged(live, declared), ".") == part(live, ".")


@settings(max_examples=40, deadline=None)
@given(clusters(), clusters(), st.randoms(use_true_random=False))
def test_what_is_merged_has_no_differences(before: Cluster, declared: Cluster, chance: Random) -> None:
    live = rewritten(cib(before), chance)
    after = merged(live, declared)
    assert differences(after, declared) == ()
    assert foreign(after, declared) == ()
    assert merged(after, declared) == after
    assert bool(differences(live, declared)) == (part(after, ".") != part(live, "."))


def test_order_of_a_group_s_members_matters() -> None:
    root = etree.fromstring(LIVE)
    group = root.find(".//group")
    assert group is not None
    group[:] = reversed([*group])
    lines = differences(etree.tostring(root, encoding="unicode"), cluster())
    assert lines == ("resource squid: members is squid-unit, squid-vip, should be squid-vip, squid-unit",)


def test_a_new_service_is_the_only_difference() -> None:
    web = Service("web", "web.service")
    assert differences(LIVE, cluster(SQUID, web)) == ("resource web is missing", "resource web-unit is missing")
