"""What a CIB says of a cluster."""

from __future__ import annotations

import difflib
import time
from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from hakit.core import ExitCode, HakitError
from hakit.model import Agent, Cluster, Service, Switchback, Vip
from hakit.render import cib, document
from hakit.render.parts import unit_type
from tests.sample_clusters import SQUID, cluster, clusters

WEB = Service("web", "nginx.service", Vip(ip_interface("192.168.233.201/24")), prefer="qsp-b", depends_on=("squid",))


def root(of: Cluster) -> etree._Element:
    return etree.fromstring(cib(of))


def texts(of: Cluster, path: str) -> list[str]:
    found = root(of).xpath(path)
    assert isinstance(found, list)
    return [str(each) for each in found]


def test_the_vip_comes_before_the_unit() -> None:
    assert texts(cluster(), "//group[@id='squid']/primitive/@id") == ["squid-vip", "squid-unit"]


def test_a_service_without_vip_is_a_group_of_one() -> None:
    assert texts(cluster(replace(SQUID, vip=None)), "//group/primitive/@id") == ["squid-unit"]


def test_the_agent_of_hakit_gets_the_unit_s_whole_name() -> None:
    quick = cluster(replace(SQUID, agent=Agent.QUICKSERVICE))
    assert texts(quick, "//primitive[@type='quickservice']/@provider") == ["hakit"]
    assert texts(quick, "//nvpair[@name='unit']/@value") == ["squid.service"]


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("squid.service", "squid"),
        ("foo@bar.service", "foo@bar"),
        ("squid.socket", "squid.socket"),
        ("foo.socket.service", "foo.socket.service"),
        ("foo@1.2.service", "foo@1.2.service"),
    ],
)
def test_pacemaker_is_told_a_name_that_it_cannot_take_for_another_unit(unit: str, name: str) -> None:
    assert unit_type(unit) == name


def test_a_preference_is_weaker_than_staying_unless_switchback_is_automatic() -> None:
    never = cluster(replace(SQUID, prefer="qsp-b"))
    automatic = cluster(replace(SQUID, prefer="qsp-b", switchback=Switchback.AUTOMATIC))
    assert texts(never, "//rsc_location/@score") == ["50"]
    assert texts(never, "//group/meta_attributes") == []
    assert texts(automatic, "//rsc_location/@score") == ["100"]
    assert texts(automatic, "//group/meta_attributes/nvpair[@name='resource-stickiness']/@value") == ["0"]


def test_a_dependent_starts_after_and_beside_what_it_depends_on() -> None:
    both = cluster(SQUID, WEB)
    assert texts(both, "//rsc_order/@first | //rsc_order/@then") == ["squid", "web"]
    assert texts(both, "//rsc_colocation/@rsc | //rsc_colocation/@with-rsc") == ["web", "squid"]


def test_the_network_card_is_said_when_it_is_known() -> None:
    assert texts(cluster(), "//nvpair[@name='nic']/@value") == []
    known = replace(SQUID, vip=Vip(ip_interface("fd00:233::200/64"), "eth0"))
    assert texts(cluster(known), "//nvpair[@name='nic']/@value") == ["eth0"]
    assert texts(cluster(known), "//nvpair[@name='ip']/@value") == ["fd00:233::200"]
    assert texts(cluster(known), "//nvpair[@name='cidr_netmask']/@value") == ["64"]


def test_a_new_service_changes_only_its_own_lines() -> None:
    small, large = cluster(SQUID, WEB), cluster(SQUID, replace(WEB, name="mid", depends_on=()), WEB)
    changes = [line for line in difflib.ndiff(cib(small).splitlines(), cib(large).splitlines()) if line[0] in "-+"]
    assert changes
    assert all(line.startswith("+") for line in changes)
    assert all("mid" in line for line in changes if "id=" in line)


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_ids_are_unique_and_twice_gives_the_same_bytes(any_cluster: Cluster) -> None:
    text = cib(any_cluster)
    ids = texts(any_cluster, "//@id")
    assert text == cib(any_cluster)
    assert len(ids) == len(set(ids))


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_no_resource_has_two_operations_of_one_interval_and_name(any_cluster: Cluster) -> None:
    for primitive in root(any_cluster).iter("primitive"):
        operations = [(each.get("name"), each.get("interval")) for each in primitive.iter("op")]
        wanted = {"monitor", "start", "stop"} | ({"reload-agent"} if primitive.get("type") == "quickservice" else set())
        assert len(operations) == len(set(operations))
        assert {name for name, _ in operations} == wanted


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_every_service_is_one_group_in_the_spec_s_order(any_cluster: Cluster) -> None:
    assert texts(any_cluster, "//resources/*/@id") == [service.name for service in any_cluster.services]


def test_names_that_run_together_are_refused() -> None:
    with pytest.raises(HakitError, match="squid-vip") as refused:
        cib(cluster(SQUID, replace(WEB, name="squid-vip")))
    assert refused.value.code is ExitCode.SPEC


def test_nothing_breaks_out_of_an_attribute() -> None:
    evil = 'a"><evil/>&'
    assert texts(cluster(replace(SQUID, agent=Agent.QUICKSERVICE, unit=evil)), "//nvpair[@name='unit']/@value") == [
        evil
    ]


def test_a_thousand_services_take_no_time() -> None:
    many = cluster(*(replace(SQUID, name=f"site{number}") for number in range(1000)))
    start = time.process_time()
    text = cib(many)
    assert time.process_time() - start < 2.0
    assert text.count("<group") == 1000


class TestOwnTemplates:
    def test_one_for_a_tag_takes_the_place_of_hakit_s(self, tmp_path: Path) -> None:
        (tmp_path / "group.xml.j2").write_text('<group id="{{ id }}" description="ours"/>')
        assert cib(cluster(), templates=tmp_path).count('description="ours"') == 1

    def test_one_for_an_id_is_for_that_element_only(self, tmp_path: Path) -> None:
        (tmp_path / "squid-vip.xml.j2").write_text(
            '<primitive id="{{ id }}" class="ocf" provider="heartbeat" type="IPaddr2" description="{{ parameters[0].value }}"/>'
        )
        text = cib(cluster(SQUID, WEB), templates=tmp_path)
        assert text.count('description="192.168.233.200"') == 1
        assert 'id="web-vip-monitor"' in text

    @pytest.mark.parametrize(
        ("template", "fault"),
        [
            ("<group id='other'/>", "gives group other"),
            ("<clone id='{{ id }}'/>", "gives clone squid"),
            ("<group id='{{ nothing }}'/>", "nothing"),
            ("<group id='{{ id }}'>", "group.xml.j2"),
            ("{% if %}", "group.xml.j2"),
            (
                '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><group id="{{ id }}">&e;&f;</group>',
                "group.xml.j2",
            ),
        ],
    )
    def test_a_faulty_one_is_named(self, tmp_path: Path, template: str, fault: str) -> None:
        (tmp_path / "group.xml.j2").write_text(template)
        with pytest.raises(HakitError, match=fault) as refused:
            cib(cluster(), templates=tmp_path)
        assert refused.value.code is ExitCode.SPEC


def test_a_tree_is_its_callers_own() -> None:
    mine, other = document.tree(cluster(), None), document.tree(cluster(), None)
    mine.find("configuration/resources")[:] = []
    assert etree.tostring(document.tree(cluster(), None)) == etree.tostring(other)
    assert other.find("configuration/resources/group") is not None
