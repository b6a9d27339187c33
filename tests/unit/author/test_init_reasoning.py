"""From what two hosts look like to their first spec; what is wrong with an answer is said."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

from hakit import spec
from hakit.author.hosts import answers, networks, units
from hakit.author.hosts.answers import Answers
from hakit.core import HakitError
from hakit.model import HttpQuestion, TcpQuestion, UnixQuestion
from hakit.observe.host.interfaces import Interface
from hakit.observe.host.survey import Listener, Surveyed

PAGE = Path(__file__).parents[3] / "docs/first-cluster.md"
UNITS = frozenset({"squid.service", "ssh.service", "app@.service", "nginx.service"})


def nic(name: str, *addresses: str, up: bool = True) -> Interface:
    return Interface(name, "02:00:00:00:00:01", up, True, tuple(ip_interface(each) for each in addresses))


def host(number: int, *more: Interface) -> Surveyed:
    return Surveyed(
        f"qsp-{'ab'[number - 1]}",
        f"qsp-{'ab'[number - 1]}",
        (
            nic("lo", "127.0.0.1/8", "::1/128"),
            nic("eth1", f"172.16.233.1{number}/24"),
            nic("eth0", f"192.168.233.1{number}/24", f"fd00::1{number}/64", "fe80::1/64"),
            *more,
        ),
        "eth0",
        UNITS,
        {"squid.service": (Listener(3128, True),), "ssh.service": (Listener(22, True),)},
    )


HOSTS = (host(1), host(2))


def test_the_clients_network_is_that_of_the_default_route() -> None:
    rings = networks.shared(HOSTS)
    assert [str(each.network) for each in rings] == ["192.168.233.0/24", "172.16.233.0/24"]
    assert str(rings[0].addresses["qsp-b"]) == "192.168.233.12"


def test_networks_that_lead_nowhere_are_no_rings() -> None:
    same = nic("docker0", "172.17.0.1/16")
    down = [nic("eth9", f"10.9.9.{number}/24", up=False) for number in (1, 2)]
    alone = nic("eth8", "10.8.8.1/24")
    hosts = (host(1, same, down[0], alone), host(2, same, down[1]))
    assert networks.shared(hosts) == networks.shared(HOSTS)


def test_no_common_network_names_what_each_has() -> None:
    other = replace(HOSTS[1], interfaces=(nic("eth0", "10.0.0.2/24"),))
    with pytest.raises(HakitError, match=r"qsp-b has 10\.0\.0\.0/24"):
        networks.shared((HOSTS[0], other))


@pytest.mark.parametrize(
    ("named", "wrong"), [("10.0.0.0/24", "not a network that all"), ("x", "no network"), ("172.16.233.0/24", "twice")]
)
def test_a_ring_that_cannot_be(named: str, wrong: str) -> None:
    with pytest.raises(HakitError, match=wrong) as told:
        networks.chosen(["172.16.233.0/24", named], networks.shared(HOSTS))
    assert "192.168.233.0/24" in told.value.hint


def test_services_are_those_that_listen_and_are_everywhere() -> None:
    assert [each.unit for each in units.candidates(HOSTS)] == ["squid.service"]
    squid = units.chosen("squid", HOSTS)
    assert squid.question == TcpQuestion(3128)
    assert units.chosen("app@blue", HOSTS).question is None


def test_a_misspelt_service_is_suggested_and_a_missing_one_is_named() -> None:
    with pytest.raises(HakitError, match=r"no sqid.service on qsp-a, qsp-b") as told:
        units.chosen("sqid", HOSTS)
    assert told.value.hint == "did you mean squid.service?"
    fewer = replace(HOSTS[1], units=frozenset({"ssh.service"}))
    with pytest.raises(HakitError, match="on qsp-b") as told:
        units.chosen("squid", (HOSTS[0], fewer))
    assert told.value.hint == "install it on qsp-b"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("172.16.233.200", "outside the clients' network"),
        ("192.168.233.255", "broadcast"),
        ("192.168.233.12", "address of qsp-b"),
        ("192.168.233.200/16", "not /16"),
        ("192.168.233", "no address"),
    ],
)
def test_a_virtual_ip_that_cannot_be(text: str, wrong: str) -> None:
    with pytest.raises(HakitError, match=wrong):
        answers.vip(text, networks.shared(HOSTS)[0], HOSTS)


def test_probes() -> None:
    assert answers.probe("3128") == TcpQuestion(3128)
    assert answers.probe("http://127.0.0.1/ok") == HttpQuestion("http://127.0.0.1/ok")
    assert answers.probe("/run/x.sock") == UnixQuestion("/run/x.sock")
    assert answers.probe("none") is None
    with pytest.raises(HakitError, match="no probe"):
        answers.probe("http://name/")


def answered() -> Answers:
    rings = networks.shared(HOSTS)
    squid = units.chosen("squid", HOSTS)
    return Answers(
        "squidha", rings, squid, answers.vip("192.168.233.200", rings[0], HOSTS), squid.question, "evaluation only"
    )


def test_the_spec_has_no_fault_and_is_the_page_s() -> None:
    text = answers.written(HOSTS, answered())
    cluster, faults = spec.check_text(text, "hakit.yaml")
    assert faults == ()
    assert cluster == answers.cluster(HOSTS, answered())
    assert f"```yaml\n{text}```" in PAGE.read_text()


def test_one_ring_is_warned_of_in_the_file() -> None:
    one = replace(answered(), rings=answered().rings[:1], question=None)
    text = answers.written(HOSTS, one)
    assert "One ring only" in text and "probe" not in text
    assert spec.check_text(text, "x")[1] == ()
