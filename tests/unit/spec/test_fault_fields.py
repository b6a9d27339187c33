"""What the faults know besides their places: the fields that remedies are made of."""

from __future__ import annotations

import pytest

from hakit.spec.checking import check_source
from hakit.spec.fault import SpecFault, suggestion
from hakit.spec.rules.names import NameTaken
from hakit.spec.rules.placement import DependencyCycle, UnknownNode, UnknownService
from hakit.spec.rules.replication import NoSuchRing, TakenByAnother
from hakit.spec.rules.rings import OutsideRing, RingsOverlap
from hakit.spec.rules.timing import ConsensusTooShort, TooFast
from hakit.spec.rules.units import BadUnit
from hakit.spec.rules.vips import VipOutside
from hakit.spec.rules.volumes import BadVolumeValue
from hakit.spec.shape import MissingPart, UnknownKey, UnknownValue, WrongType
from hakit.spec.source import parse

HEAD = "cluster: c\nfencing: { none: test }\nnodes:\n"
NODES = HEAD + "  qsp-a: { rings: [10.0.0.1, 10.1.0.1] }\n  qsp-b: { rings: [10.0.0.2, 10.1.0.2] }\n"


def only(text: str) -> SpecFault:
    (fault,) = check_source(parse(text, "spec.yaml"))[1]
    return fault


def service(*lines: str) -> str:
    return NODES + "services:\n  squid:\n    unit: squid\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "key", "meant"),
    [
        ("switchbak: never", "switchbak", "switchback"),
        ("dependson: []", "dependson", "depends_on"),
        ("VIP: 10.0.0.9", "VIP", "vip"),
        ("zzz: 1", "zzz", ""),
        ("vip: { adress: 10.0.0.9, address: 10.0.0.9 }", "adress", "address"),
        ("timeouts: { strat: 30 }", "strat", "start"),
    ],
)
def test_unknown_keys_know_what_was_meant(line: str, key: str, meant: str) -> None:
    fault = only(service(line))
    assert isinstance(fault, UnknownKey)
    assert (fault.key, fault.meant) == (key, meant)
    assert (f"did you mean '{meant}'?" in fault.line()) == bool(meant)


@pytest.mark.parametrize(
    ("line", "known", "meant"),
    [
        ("agent: quickservise", ("systemd", "quickservice"), "quickservice"),
        ("switchback: NEVER", ("never", "automatic"), "never"),
        ("run: lukewarm", ("cold", "hot"), ""),
    ],
)
def test_unknown_words_know_the_known_ones(line: str, known: tuple[str, ...], meant: str) -> None:
    fault = only(service(line))
    assert isinstance(fault, UnknownValue)
    assert (fault.known, fault.meant) == (known, meant)


def test_a_profile_that_does_not_exist() -> None:
    fault = only(NODES + "timing: relaxt\n")
    assert isinstance(fault, UnknownValue)
    assert fault.meant == "relaxed"


def test_names_that_do_not_exist() -> None:
    node = only(service("prefer: qspa"))
    assert isinstance(node, UnknownNode)
    assert (node.name, node.meant) == ("qspa", "qsp-a")
    other = only(service("depends_on: [dtabase]") + "  database: { unit: postgresql }\n")
    assert isinstance(other, UnknownService)
    assert (other.name, other.meant) == ("dtabase", "database")


def test_a_suggestion_among_very_many_names() -> None:
    names = [f"service{number:04}" for number in range(5000)]
    assert suggestion("service250", names).startswith("service25")
    assert suggestion("zebra", names) == ""


def test_types() -> None:
    fault = only(service("vip: [10.0.0.9]"))
    assert isinstance(fault, WrongType)
    assert (fault.wanted, fault.found) == ("text or a mapping", "a list")


def test_what_is_missing_has_an_example() -> None:
    fault = only(NODES + "services: { squid: { vip: 10.0.0.9 } }\n")
    assert isinstance(fault, MissingPart)
    assert (fault.key, fault.example) == ("unit", "squid.service")


def test_an_assumed_network_is_said_to_be_assumed() -> None:
    assumed = only(NODES.replace("10.1.0.2", "10.2.0.2"))
    assert isinstance(assumed, OutsideRing)
    assert (assumed.ring, assumed.network, assumed.assumed) == (1, "10.1.0.0/24", True)
    assert "10.2.0.2/N" in assumed.remedy()
    said = only(NODES.replace("10.1.0.2", "10.2.0.2").replace("10.1.0.1", "10.1.0.1/24"))
    assert isinstance(said, OutsideRing)
    assert (said.assumed, said.remedy()) == (False, "")


def test_rings_that_are_apart_only_if_their_prefixes_are_said() -> None:
    near = HEAD + "  a: { rings: [10.0.0.1, 10.0.0.129] }\n  b: { rings: [10.0.0.2, 10.0.0.130] }\n"
    fault = only(near)
    assert isinstance(fault, RingsOverlap)
    assert (fault.ring, fault.other, fault.assumed) == (1, 0, True)
    apart = near.replace("10.0.0.1,", "10.0.0.1/25,").replace("10.0.0.129", "10.0.0.129/25")
    assert check_source(parse(apart, "spec.yaml"))[1] == ()


def test_a_vip_in_the_private_ring_is_told_so() -> None:
    fault = only(service("vip: 10.1.0.9/24"))
    assert isinstance(fault, VipOutside)
    assert (fault.network, fault.ring, fault.assumed) == ("10.0.0.0/24", 1, True)


def test_a_circle_is_shown_as_it_runs() -> None:
    fault = only(
        NODES + "services:\n  a: { unit: a, depends_on: [b] }\n"
        "  b: { unit: b, depends_on: [c] }\n  c: { unit: c, depends_on: [b] }\n"
    )
    assert isinstance(fault, DependencyCycle)
    assert fault.cycle == ("b", "c")
    assert fault.place.path == "services.c.depends_on.0"


def test_a_long_chain_is_no_circle() -> None:
    chain = "".join(f"  s{n}: {{ unit: u{n}, depends_on: [s{n + 1}] }}\n" for n in range(1500))
    assert check_source(parse(f"{NODES}services:\n{chain}  s1500: {{ unit: u }}\n", "spec.yaml"))[1] == ()


def test_names_say_by_what_they_are_taken() -> None:
    fault = only(service() + "  squid-vip: { unit: other }\n")
    assert isinstance(fault, NameTaken)
    assert "'squid'" in fault.taken_by


def test_units_know_what_was_meant() -> None:
    fault = only(NODES + "services: { squid: { unit: squid.sevice } }\n")
    assert isinstance(fault, BadUnit)
    assert fault.meant == "squid.service"


def test_timings_know_what_is_possible() -> None:
    fast = only(NODES + "timing: { token: 799 }\n")
    assert isinstance(fast, TooFast)
    assert (fast.said, fast.least, fast.unit) == (799, 800, "ms")
    three = NODES + "  qsp-c: { rings: [10.0.0.3, 10.1.0.3] }\ntiming: { token: 1000, consensus: 1199 }\n"
    short = only(three)
    assert isinstance(short, ConsensusTooShort)
    assert (short.token, short.consensus, short.least) == (1000, 1199, 1200)


@pytest.mark.parametrize(
    ("size", "meant"),
    [("20 GB", "20 GiB"), ("5G", "5 GiB"), ("7 gib", "7 GiB"), ("3 stone", ""), ("-1 GiB", ""), ("many", "")],
)
def test_sizes_know_what_was_meant(size: str, meant: str) -> None:
    fault = only(service(f"volume: {{ device: /dev/vdb, mount: /srv/squid, size: {size} }}"))
    assert isinstance(fault, BadVolumeValue)
    assert (fault.written, fault.meant) == (size, meant)


def test_a_second_volume_is_told_the_next_port_that_is_free() -> None:
    first, mine = service("volume: { device: /dev/vdb, mount: /srv/squid }"), "device: /dev/vdc, mount: /srv/web"
    third = "  c: { unit: c, volume: { device: /dev/vdd, mount: /srv/c, port: 7789 } }\n"
    fault = only(f"{first}  web: {{ unit: web, volume: {{ {mine} }} }}\n{third}")
    assert isinstance(fault, TakenByAnother)
    assert (fault.what, fault.owner, fault.free, fault.place.path) == (
        "port 7788",
        "squid",
        7790,
        "services.web.volume",
    )


def test_a_ring_for_the_replication_that_is_not_there() -> None:
    fault = only(service("volume: { device: /dev/vdb, mount: /srv/squid, ring: 3 }"))
    assert isinstance(fault, NoSuchRing)
    assert (fault.ring, fault.rings) == (3, 2)
