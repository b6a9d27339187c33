"""Clusters that nobody made with hakit: their shapes are recognised, and what differs is said."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from hakit import render, spec
from hakit.author.cluster.hints import Hints
from hakit.author.cluster.read import Import, Texts, read
from hakit.core import HakitError
from hakit.model import Guard, SbdFencing, Service, Switchback

BY_HAND = Path(__file__).parents[3] / "examples/by-hand"
CONF = (BY_HAND / "corosync.conf").read_text()
THIRD = "node {\n  ring0_addr: 192.168.233.13\n  ring1_addr: 172.16.233.13\n  name: qsp-c\n  nodeid: 3\n}"
IP = '<primitive id="{}" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="{}-a"><nvpair id="{}-b" name="ip" value="192.168.233.200"/></instance_attributes></primitive>'
VIP = IP.replace("{}", "vip")
OFF = '<nvpair id="p1" name="stonith-enabled" value="false"/>'


def unit(name: str, kind: str = "squid") -> str:
    return f'<primitive id="{name}" class="systemd" type="{kind}"/>'


def group(name: str, *members: str) -> str:
    return f'<group id="{name}">{"".join(members)}</group>'


def imported(
    resources: str, constraints: str = "", properties: str = OFF, conf: str = CONF, *, sbd: str = ""
) -> Import:
    return read(
        Texts(
            conf,
            f"""<cib validate-with="pacemaker-3.5"><configuration>
        <crm_config><cluster_property_set id="p">{properties}</cluster_property_set></crm_config>
        <nodes/><resources>{resources}</resources><constraints>{constraints}</constraints>
        </configuration></cib>""",
        ),
        Hints(sbd=sbd),
    )


def services(found: Import) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    cluster, faults = spec.check_text(found.text, "hakit.yaml")
    assert cluster == found.cluster, "\n".join((found.text, *(fault.line() for fault in faults)))
    return [(s.name, s.unit, str(s.vip.interface) if s.vip else None, s.depends_on) for s in found.cluster.services]


def codes(found: Import) -> list[str]:
    return [each.code for each in found.findings]


def test_the_example_of_the_manual() -> None:
    where = "examples/by-hand/"
    found = read(Texts(CONF, (BY_HAND / "cib.xml").read_text(), f"{where}corosync.conf", f"{where}cib.xml"))
    assert f"```yaml\n{found.text}```" in (BY_HAND.parents[1] / "docs/existing-cluster.md").read_text()
    (web,) = found.cluster.services
    assert (web.name, web.prefer, web.switchback) == ("web", "qsp-a", Switchback.NEVER)
    assert found.cluster.timing.unit_interval == 60
    assert [each.code for each in found.findings if each.severity.value == "warning"] == ["HK409", "HK401"]


def test_groups() -> None:
    together = imported(group("web", VIP, unit("squid"), unit("helper", "nginx")))
    assert services(together) == [
        ("web", "squid.service", "192.168.233.200/24", ()),
        ("helper", "nginx.service", None, ("web",)),
    ]
    assert "HK404" not in codes(together)
    backwards = imported(group("web", unit("squid"), VIP))
    assert services(backwards) == [("web", "squid.service", "192.168.233.200/24", ())]
    assert "starts before the unit" in " ".join(each.text() for each in backwards.findings)


@pytest.mark.parametrize(
    "resources",
    [
        VIP,
        group("g", VIP, '<primitive id="fs" class="ocf" provider="heartbeat" type="Filesystem"/>', unit("squid")),
        f'<clone id="c">{unit("squid")}</clone>',
        unit("s", "app.socket"),
        '<primitive id="l" class="lsb" type="squid"/>',
        group("g", VIP),
    ],
)
def test_what_is_no_service_is_named(resources: str) -> None:
    found = imported(resources)
    assert services(found) == []
    assert codes(found).count("HK401") == 1


TIED = '<rsc_colocation id="c" rsc="{}" with-rsc="{}" score="INFINITY"/>'
AFTER = '<rsc_order id="o" first="vip" then="squid"/>'
SETS = (
    '<rsc_colocation id="c" score="INFINITY"><resource_set id="s"><resource_ref id="vip"/><resource_ref id="squid"/></resource_set></rsc_colocation>'
    '<rsc_order id="o"><resource_set id="t"><resource_ref id="vip"/><resource_ref id="squid"/></resource_set></rsc_order>'
)


@pytest.mark.parametrize(
    "constraints",
    [TIED.format("squid", "vip") + AFTER, TIED.format("vip", "squid") + AFTER, TIED.format("vip", "squid"), SETS],
)
def test_an_address_and_a_unit_that_must_be_together(constraints: str) -> None:
    found = imported(VIP + unit("squid"), constraints)
    assert services(found) == [("squid", "squid.service", "192.168.233.200/24", ())]
    assert "HK407" in codes(found)
    assert "HK404" not in codes(found)


def test_an_order_alone_does_not_tie() -> None:
    found = imported(VIP + unit("squid"), AFTER)
    assert services(found) == [("squid", "squid.service", None, ())]
    assert sorted(set(codes(found)) & {"HK401", "HK404"}) == ["HK401", "HK404"]


OURS = (
    '<clone id="w"><primitive id="web" class="ocf" provider="hakit" type="quickservice"><instance_attributes id="i">'
    '<nvpair id="i1" name="unit" value="squid"/></instance_attributes></primitive></clone>'
)


def test_a_unit_on_every_node_and_an_address_that_needs_it() -> None:
    resources = group("ip", VIP) + OURS + unit("db", "postgresql")
    order = '<rsc_order id="o" first="db" then="ip"/><rsc_colocation id="d" rsc="ip" with-rsc="db" score="INFINITY"/>'
    found = imported(resources, TIED.format("ip", "w") + order)
    assert services(found) == [
        ("ip", "squid.service", "192.168.233.200/24", ()),
        ("db", "postgresql.service", None, ()),
    ]
    assert found.cluster.service("ip").hot
    assert codes(found).count("HK404") == 2  # a hot service depends on nothing
    assert "ip avoiding nodes by hakit-down-ip" in " ".join(each.text() for each in found.findings)


@pytest.mark.parametrize(
    ("resources", "tie"),
    [
        (group("ip", VIP) + OURS, ("w", "ip")),  # the unit only where the address is: not hot
        (group("ip", VIP) + f'<clone id="w">{unit("web")}</clone>', ("ip", "w")),  # another agent
        (group("ip", VIP) + OURS, ("ip", "web")),
        (group("ip", VIP) + OURS.replace("</clone>", f"{unit('more')}</clone>"), ("ip", "w")),
    ],
)
def test_a_clone_of_another_kind_stays_foreign(resources: str, tie: tuple[str, str]) -> None:
    found = imported(resources, TIED.format(*tie))
    assert services(found) == []
    assert (codes(found).count("HK401"), codes(found).count("HK404")) == (2, 1)


def test_a_guard_under_other_names() -> None:
    watch = (
        '<clone id="cut"><primitive id="path" class="ocf" provider="hakit" type="pathguard"><instance_attributes id="i">'
        '<nvpair id="i1" name="targets" value="192.168.233.1, gateway"/><nvpair id="i2" name="timeout" value="250ms"/>'
        '<nvpair id="i3" name="network" value="192.168.233.0/24"/></instance_attributes></primitive></clone>'
    )
    found = imported(watch + group("web", VIP, unit("squid")))
    services(found)
    assert found.cluster.guard == Guard((ip_address("192.168.233.1"),), 1)
    said = " ".join(each.text() for each in found.findings)
    assert "cut and path is written as the guard" in said
    assert "targets is 192.168.233.1, gateway, and by the spec it would be 192.168.233.1" in said
    assert "timeout is 250ms, and by the spec it would be 1s" in said
    assert "web avoiding nodes by hakit-cut" in said


def test_order_and_colocation_make_a_dependency_and_each_alone_does_not() -> None:
    resources = unit("db", "postgresql") + unit("web", "nginx")
    order = '<rsc_order id="o" first="db" then="web" kind="Mandatory"/>'
    near = TIED.format("web", "db")
    assert services(imported(resources, order + near))[1][3] == ("db",)
    for one in (order, near):
        found = imported(resources, one)
        assert services(found)[1][3] == ()
        assert "HK404" in codes(found)


@pytest.mark.parametrize(
    ("score", "stickiness", "switchback"),
    [("INFINITY", "100", "automatic"), ("150", "100", "never"), ("201", "100", "automatic"), ("1", "0", "automatic")],
)
def test_a_score_against_the_stickiness_of_two_members(score: str, stickiness: str, switchback: str) -> None:
    kept = f'<meta_attributes id="m"><nvpair id="n" name="resource-stickiness" value="{stickiness}"/></meta_attributes>'
    found = imported(
        group("web", kept, VIP, unit("squid")), f'<rsc_location id="l" rsc="web" node="QSP-B" score="{score}"/>'
    )
    web = only(found)
    assert (web.prefer, web.switchback.value) == ("qsp-b", switchback)


def only(found: Import) -> Service:
    services(found)
    (service,) = found.cluster.services
    return service


def test_names_that_no_service_can_have() -> None:
    found = imported(unit("start", "squid") + unit("qsp-a", "nginx"))
    assert [each[0] for each in services(found)] == ["squid", "nginx"]


def test_fence_devices_and_their_secrets() -> None:
    device = (
        '<primitive id="ipmi-a" class="stonith" type="fence_ipmilan"><instance_attributes id="i">'
        '<nvpair id="i1" name="ip" value="10.0.0.1"/><nvpair id="i2" name="password" value="s3cret"/>'
        '<nvpair id="i3" name="pcmk_host_list" value="qsp-a"/></instance_attributes></primitive>'
    )
    on = imported(device, properties="")
    assert "s3cret" not in on.text + " ".join(each.text() for each in on.findings)
    assert "agent: fence_ipmilan" in on.text and "secrets: { password: prompt }" in on.text
    assert "nodes: [qsp-a]" in on.text
    off = imported(device)
    assert "HK401" in codes(off) and "none:" in off.text


def test_fencing_on_without_devices_is_no_decision() -> None:
    found = imported(unit("squid"), properties="")
    assert "HK410" in codes(found)
    assert not found.usable


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("nodelist {", "other {", "lists no nodes"),
        ("ring1_addr: 172.16.233.12", "", "has 1 addresses, and others 2"),
        ("ring0_addr: 192.168.233.11", "ring0_addr: qsp-a.example", "has the name qsp-a.example"),
        ("nodeid: 1", "nodeid: one", "no number"),
    ],
)
def test_what_no_spec_can_say_is_refused_with_words(old: str, new: str, words: str) -> None:
    with pytest.raises(HakitError, match=words):
        imported(unit("squid"), conf=CONF.replace(old, new))


@pytest.mark.parametrize(
    ("totem", "word", "consensus"),
    [
        ("", "normal", 3600),
        ("token: 1000", "fast", 1200),
        ("token: 10000", "relaxed", 12000),
        ("token: 5000", "normal", 6000),
        ("token: 5000\n    consensus: 2500", "normal", 2500),
    ],
)
def test_a_consensus_that_the_file_leaves_to_corosync_stays_as_long(totem: str, word: str, consensus: int) -> None:
    found = imported(unit("squid"), conf=CONF.replace("totem {", f"totem {{\n    {totem}"))
    services(found)
    assert (found.cluster.timing.profile, found.cluster.timing.consensus) == (word, consensus)
    assert f"consensus: {consensus}\n" in render.corosync_conf(found.cluster)


@pytest.mark.parametrize(
    ("totem", "rendered"), [("", 4380), ("token_coefficient: 0", 4380), ("token_coefficient: 1000", 4800)]
)
def test_three_nodes_agree_no_sooner_than_before(totem: str, rendered: int) -> None:
    third = CONF.replace("nodelist {", f"nodelist {{\n{THIRD}").replace("two_node: 1", "")
    found = imported(unit("squid"), conf=third.replace("totem {", f"totem {{\n    {totem}"))
    services(found)
    assert f"consensus: {rendered}\n" in render.corosync_conf(found.cluster)


def test_an_older_transport_is_compared() -> None:
    found = imported(unit("squid"), conf=CONF.replace("transport: knet", "transport: udpu"))
    assert "transport is udpu, and by the spec it would be knet" in " ".join(each.text() for each in found.findings)


def test_a_fault_of_the_spec_is_told() -> None:
    found = imported(unit("squid"), conf=CONF.replace("cluster_name: squidha", "cluster_name: squid ha"))
    assert "HK411" in codes(found)
    assert not found.usable


SBD = '<primitive id="fence" class="stonith" type="fence_sbd">{}</primitive>'
PARAMETERS = (
    '<instance_attributes id="fa"><nvpair id="fb" name="devices" value="/dev/disk/by-id/sbd"/>'
    '<nvpair id="fc" name="pcmk_delay_max" value="30s"/></instance_attributes>'
)
ON = '<nvpair id="p1" name="stonith-enabled" value="true"/>'
WATCH = '<nvpair id="p2" name="stonith-watchdog-timeout" value="{}"/>'
FILE = 'SBD_DEVICE="/dev/disk/by-id/sbd"\nSBD_WATCHDOG_DEV=/dev/watchdog1\nSBD_WATCHDOG_TIMEOUT=15\n'


def test_sbd_by_hand_with_its_file_and_what_the_spec_can_t_say_of_it() -> None:
    found = imported(SBD.format(PARAMETERS), properties=ON, sbd=FILE)
    assert found.cluster.fencing == SbdFencing(("/dev/disk/by-id/sbd",), "/dev/watchdog1", 15)
    told = [each.text() for each in found.findings]
    assert "the fencing device fence is written as fencing-sbd" in told
    assert any("pcmk_delay_max" in line for line in told)
    assert found.usable
    assert imported(SBD.format(""), properties=ON, sbd=FILE).cluster.fencing == found.cluster.fencing


def test_sbd_by_hand_from_files_alone_is_guessed_and_said_so() -> None:
    found = imported(SBD.format(PARAMETERS), properties=ON)
    assert found.cluster.fencing == SbdFencing(("/dev/disk/by-id/sbd",))
    assert "HK408" in codes(found)


def test_watchdogs_alone_by_hand() -> None:
    conf = CONF.replace("nodelist {", f"nodelist {{\n{THIRD}")
    found = imported("", properties=ON + WATCH.format("20s"), conf=conf)
    assert found.cluster.fencing == SbdFencing(timeout=10)
    found = imported("", properties=ON + WATCH.format("-1"), conf=conf, sbd=FILE)
    assert found.cluster.fencing == SbdFencing((), "/dev/watchdog1", 15)
    with_two = imported("", properties=ON + WATCH.format("20s"))
    assert "HK411" in codes(with_two), "hakit check refuses it: each of two nodes would live on"
