"""A spec without faults becomes the model, with every default filled in."""

from __future__ import annotations

import time
from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest

from hakit.model import PROFILES, Agent, Cluster, NoFencing, Switchback
from hakit.model.service import Timeouts
from hakit.spec import check, read
from hakit.spec.checking import check_source
from hakit.spec.source import parse

EXAMPLES = Path(__file__).parents[3] / "examples"
SQUID = (EXAMPLES / "squid.yaml").read_text()
NODES = """
cluster: squidha
nodes:
  qsp-a: { rings: [192.168.233.11, 172.16.233.11] }
  qsp-b: { rings: [192.168.233.12, 172.16.233.12] }
fencing: { none: test }
"""


def cluster_of(text: str) -> Cluster:
    cluster, faults = check_source(parse(text, "spec.yaml"))
    assert cluster is not None, "\n".join(fault.line() for fault in faults)
    return cluster


@pytest.mark.parametrize(
    "path", sorted(path for path in EXAMPLES.glob("*.yaml") if path.stem != "faulty"), ids=lambda path: path.name
)
def test_examples_have_no_faults(path: Path) -> None:
    cluster, faults = check(path)
    assert (cluster is not None, faults) == (True, ())


def test_the_smallest_spec_gets_the_defaults() -> None:
    cluster = read(EXAMPLES / "squid.yaml")
    assert cluster.name == "squidha"
    assert [(node.name, node.id, [str(a) for a in node.addresses]) for node in cluster.nodes] == [
        ("qsp-a", 1, ["192.168.233.11", "172.16.233.11"]),
        ("qsp-b", 2, ["192.168.233.12", "172.16.233.12"]),
    ]
    assert [(ring.number, str(ring.network), ring.mcastport) for ring in cluster.rings] == [
        (0, "192.168.233.0/24", 5405),
        (1, "172.16.233.0/24", 5405),
    ]
    assert cluster.rings[1].priority > cluster.rings[0].priority  # knet prefers the highest, and clients are in ring 0
    assert cluster.fencing == NoFencing("evaluation only")
    assert (cluster.timing, cluster.autostart) == (PROFILES["normal"], True)
    squid = cluster.service("squid")
    assert (squid.unit, squid.agent, squid.prefer) == ("squid.service", Agent.SYSTEMD, None)
    assert (squid.switchback, squid.depends_on, squid.timeouts) == (Switchback.NEVER, (), Timeouts())
    assert squid.vip is not None
    assert (squid.vip.interface, squid.vip.nic) == (ip_interface("192.168.233.200/24"), None)


def test_everything_that_can_be_said() -> None:
    cluster = read(EXAMPLES / "hierarchy.yaml")
    assert [node.id for node in cluster.nodes] == [1, 2, 3]
    assert [str(ring.network) for ring in cluster.rings] == ["10.20.0.0/22", "10.99.0.0/24"]
    assert [(ring.priority, ring.mcastport) for ring in cluster.rings] == [(1, 5405), (10, 5407)]
    database, web, reports = cluster.services
    assert (database.prefer, database.switchback) == ("shop-b", Switchback.NEVER)
    assert database.timeouts == Timeouts(start=300, stop=180, monitor=60)
    assert database.vip is not None
    assert (database.vip.interface, database.vip.nic) == (ip_interface("10.20.3.20/22"), "eth0")
    assert (web.unit, web.agent, web.depends_on) == ("nginx.service", Agent.QUICKSERVICE, ("database",))
    assert (reports.vip, reports.depends_on) == (None, ("database", "web"))
    timing = cluster.timing
    assert (timing.profile, timing.token, timing.consensus) == ("relaxed", 5000, 6000)
    assert (timing.unit_interval, timing.vip_interval, timing.migration_threshold) == (20, 30, 2)
    assert cluster.autostart is False


def test_ipv6() -> None:
    cluster = read(EXAMPLES / "ipv6.yaml")
    assert [ring.network for ring in cluster.rings] == [ip_network("fd00:233::/64"), ip_network("fd00:16::/64")]
    vip = cluster.services[0].vip
    assert vip is not None
    assert vip.interface == ip_interface("fd00:233::200/64")


def test_a_cluster_without_services() -> None:
    assert cluster_of(NODES).services == ()


def test_a_vip_without_prefix_takes_that_of_ring_0() -> None:
    text = NODES.replace("192.168.233.12,", "192.168.232.12/22,")
    cluster = cluster_of(text + "services: { s: { unit: s, vip: 192.168.235.1 } }\n")
    assert cluster.services[0].vip is not None
    assert cluster.services[0].vip.interface == ip_interface("192.168.235.1/22")


def test_ring_0_takes_the_prefix_of_a_vip_before_it_is_assumed() -> None:
    text = NODES.replace("192.168.233.12,", "192.168.232.12,")
    cluster = cluster_of(text + "services: { s: { unit: s, vip: 192.168.235.1/22 } }\n")
    assert str(cluster.rings[0].network) == "192.168.232.0/22"


def test_ids_fill_the_gaps_in_the_order_of_the_file() -> None:
    text = NODES.replace("qsp-a: {", "qsp-x: { rings: [192.168.233.9, 172.16.233.9] }\n  qsp-a: { id: 1,")
    assert {node.name: node.id for node in cluster_of(text).nodes} == {"qsp-x": 2, "qsp-a": 1, "qsp-b": 3}


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("squid", "squid.service"),
        ("squid.service", "squid.service"),
        ("app@blue", "app@blue.service"),
        ("app.v2", "app.v2.service"),
        ("app@10.0.0.1", "app@10.0.0.1.service"),
        ("service", "service.service"),
    ],
)
def test_units_are_completed_as_systemctl_does(written: str, unit: str) -> None:
    assert cluster_of(f"{NODES}services: {{ s: {{ unit: {written} }} }}\n").services[0].unit == unit


def test_anchors_and_merges_mean_what_they_say() -> None:
    cluster = read(Path(__file__).parents[2] / "cases" / "faults" / "anchors-and-merges" / "spec.yaml")
    squid, web, shop = cluster.services
    assert (squid.timeouts.start, web.timeouts.start) == (300, 300)
    assert (shop.timeouts.start, shop.timeouts.stop, shop.unit) == (300, 200, "shop.service")


def test_consensus_follows_the_token() -> None:
    assert cluster_of(f"{NODES}timing: {{ token: 1001 }}\n").timing.consensus == 1202


def many(count: int) -> str:
    lines = [f"  s{n}: {{ unit: app@{n}, vip: 10.0.{n >> 8}.{n & 255}, depends_on: [s{max(n - 1, 1)}] }}"
             for n in range(2, count)]  # fmt: skip
    nodes = NODES.replace("192.168.233.11", "10.0.255.11/16").replace("192.168.233.12", "10.0.255.12")
    return f"{nodes}services:\n  s1: {{ unit: app@1, vip: 10.0.0.1 }}\n" + "\n".join(lines) + "\n"


def test_a_thousand_services_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        text = many(count)
        start = time.process_time()
        assert len(cluster_of(text).services) == count - 1
        return time.process_time() - start

    seconds(50)
    assert seconds(1000) < 10 * 2.5 * seconds(100)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    cluster, faults = check(tmp_path / "none.yaml")
    assert (cluster, [(fault.code, fault.place.mark.line) for fault in faults]) == (None, [("HK101", 1)])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert [fault.code for fault in check(tmp_path)[1]] == ["HK101"]
