"""Whatever is put into a cluster that hakit made, import either says it in the spec or lists it."""

from __future__ import annotations

import contextlib
import dataclasses
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hakit import render
from hakit.author.cluster.read import Import, Texts, read
from hakit.core import HakitError, Severity
from hakit.model import TIMEOUTS, Agent, Cluster, Guard, Run
from tests.sample_clusters import SQUID, cluster

DECLARED = cluster(dataclasses.replace(SQUID, prefer="qsp-a"))
CONF, CIB = render.corosync_conf(DECLARED), render.cib(DECLARED)
PARTS = {
    "crm_config/cluster_property_set": '<nvpair id="x" name="batch-limit" value="3"/>',
    "nodes": '<node id="1" uname="qsp-a"><instance_attributes id="x"><nvpair id="y" name="standby" value="on"/></instance_attributes></node>',
    "resources": '<primitive id="x" class="ocf" provider="heartbeat" type="Filesystem"/>',
    "resources/group": '<meta_attributes id="x"><nvpair id="y" name="priority" value="5"/></meta_attributes>',
    "resources/group/primitive/instance_attributes": '<nvpair id="x" name="arp_count" value="7"/>',
    "resources/group/primitive/operations": '<op id="x" name="monitor" interval="77s" on-fail="block"/>',
    "resources/group/primitive": '<utilization id="x"><nvpair id="y" name="memory" value="9"/></utilization>',
    "constraints": '<rsc_location id="x" rsc="squid" node="qsp-b" score="-INFINITY"/>',
    "rsc_defaults/meta_attributes": '<nvpair id="x" name="is-managed" value="false"/>',
    ".": '<tags><tag id="x"><obj_ref id="squid"/></tag></tags>',
}
CONSTRAINTS = {
    "ticket": '<rsc_ticket id="x" rsc="squid" ticket="t"/>',
    "rule": '<rsc_location id="x" rsc="squid"><rule id="r" score="5"><expression id="e" attribute="#uname" operation="eq" value="qsp-b"/></rule></rsc_location>',
    "banned": '<rsc_location id="cli-ban-squid-on-qsp-b" rsc="squid" node="qsp-b" score="-INFINITY" role="Started"/>',
    "moved": '<rsc_location id="cli-prefer-squid" rsc="squid" node="qsp-b" score="INFINITY"/>',
    "member": '<rsc_order id="x" first="squid-vip" then="squid-unit" kind="Optional"/>',
}


def with_part(path: str, part: str) -> Import:
    root = etree.fromstring(CIB)
    place = root.find(f"configuration/{path}")
    assert place is not None, path
    place.append(etree.fromstring(part))
    return read(Texts(CONF, etree.tostring(root, encoding="unicode")))


@pytest.mark.parametrize("path", PARTS)
def test_a_part_that_no_spec_has_is_listed(path: str) -> None:
    found = with_part(path, PARTS[path])
    (finding,) = {each.where: each for each in found.findings if each.severity is not Severity.NOTE}.values()
    assert finding.where.startswith("cib.xml:")
    assert not found.whole
    assert found.usable
    assert f"# - {finding.where}: {finding.text()}" in found.text
    assert found.cluster == DECLARED


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_a_constraint_that_no_spec_has_is_listed(constraint: str) -> None:
    found = with_part("constraints", CONSTRAINTS[constraint])
    assert [each.code for each in found.findings] == ["HK404"]
    assert found.cluster == DECLARED


def test_a_value_that_a_spec_cannot_have_is_compared() -> None:
    text = CIB.replace('name="no-quorum-policy" value="stop"', 'name="no-quorum-policy" value="ignore"')
    found = read(Texts(CONF, text))
    assert [each.code for each in found.findings] == ["HK403"]
    assert "no-quorum-policy is ignore, and by the spec it would be stop" in found.findings[0].text()


@pytest.mark.parametrize(
    "line",
    [
        "totem {\n    netmtu: 1400\n}\n",
        "quorum {\n    device {\n        model: net\n    }\n}\n",
        "nozzle {\n    name: n0\n}\n",
    ],
)
def test_an_option_of_corosync_that_no_spec_has_is_listed(line: str) -> None:
    found = read(Texts(CONF + line, CIB))
    assert [(each.code, each.where) for each in found.findings] == [("HK402", "corosync.conf")]


HOT = dataclasses.replace(SQUID, agent=Agent.QUICKSERVICE, run=Run.HOT, timeouts=TIMEOUTS[Agent.QUICKSERVICE])
GUARDED = dataclasses.replace(cluster(HOT), guard=Guard((ip_address("192.168.233.1"),), 1))


@pytest.mark.parametrize("declared", [DECLARED, GUARDED], ids=["cold", "hot, guarded"])
@settings(deadline=None, max_examples=80)
@given(st.data())
def test_any_value_that_is_changed_shows(declared: Cluster, data: st.DataObject) -> None:
    """In the spec, or as a finding: never in neither."""
    root = etree.fromstring(render.cib(declared))
    inside = [each for each in root.find("configuration").iter() if set(each.attrib) - {"id"}]  # type: ignore[union-attr]
    element = data.draw(st.sampled_from(inside))
    name = data.draw(st.sampled_from(sorted(set(element.attrib) - {"id"})))
    old = element.get(name)
    element.set(name, data.draw(st.sampled_from(["17", "17s", "ocf", "INFINITY", "true", "other", "192.168.233.77"])))
    with contextlib.suppress(HakitError):  # refused, with words
        found = read(Texts(render.corosync_conf(declared), etree.tostring(root, encoding="unicode")))
        same = element.get(name) == old or (name == "value" and element.get(name) == f"{old}s")
        words = element.get("name") == "stonith-enabled"  # whatever isn't a word for yes is taken for no
        assert same or words or found.findings or found.cluster != declared


HOT_PARTS = {
    "resources/clone[@id='squid-everywhere']/meta_attributes": '<nvpair id="x" name="clone-max" value="1"/>',
    "resources/clone[@id='squid-everywhere']/primitive/instance_attributes": '<nvpair id="x" name="watch" value="0"/>',
    "resources/clone[@id='hakit-guard']/meta_attributes": '<nvpair id="x" name="clone-max" value="1"/>',
    "resources/clone[@id='hakit-guard']/primitive/instance_attributes": '<nvpair id="x" name="period" value="1s"/>',
    "resources/group": '<meta_attributes id="x"><nvpair id="y" name="priority" value="5"/></meta_attributes>',
    "resources": '<clone id="x"><primitive id="y" class="ocf" provider="hakit" type="pathguard"/></clone>',
    "constraints": '<rsc_location id="x" rsc="squid-everywhere" node="qsp-b" score="-INFINITY"/>',
}


@pytest.mark.parametrize("path", HOT_PARTS)
def test_a_part_of_a_hot_service_or_guard_that_no_spec_has_is_listed(path: str) -> None:
    root = etree.fromstring(render.cib(GUARDED))
    place = root.find(f"configuration/{path}")
    assert place is not None, path
    place.append(etree.fromstring(HOT_PARTS[path]))
    found = read(Texts(render.corosync_conf(GUARDED), etree.tostring(root, encoding="unicode")))
    assert [each.severity for each in found.findings] == [Severity.WARNING]
    assert found.cluster == GUARDED


@pytest.mark.parametrize(
    "name", ["squid-leaves-squid-everywhere", "squid-avoids-hakit-down-squid", "squid-avoids-hakit-cut"]
)
def test_a_rule_that_is_missing_or_there_twice_is_told(name: str) -> None:
    for twice, code in ((False, "HK406"), (True, "HK404")):
        root = etree.fromstring(render.cib(GUARDED))
        (rule,) = root.findall(f"configuration/constraints/*[@id='{name}']")
        if twice:
            again = etree.fromstring(etree.tostring(rule).replace(f'id="{name}'.encode(), f'id="again-{name}'.encode()))
            root.find("configuration/constraints").append(again)  # type: ignore[union-attr]
        else:
            rule.getparent().remove(rule)  # type: ignore[union-attr]
        found = read(Texts(render.corosync_conf(GUARDED), etree.tostring(root, encoding="unicode")))
        assert [each.code for each in found.findings] == [code]
        assert found.cluster == GUARDED
