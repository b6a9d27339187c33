"""The main job, looked at from outside: two bare hosts become a two-ring squid cluster, and hosts again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

from hakit import spec
from hakit.core import SystemClock
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.model import NoFencing, TcpQuestion
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client
from tests.cluster.given import Given
from tests.cluster.standing import FILES, how_it_stands


def waited_for(good: object, what: str, *, seconds: float = 60) -> None:
    """Wait until `good()` is true; the deadline is generous, for these machines are noisy."""
    assert callable(good)
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.3)  # noqa: TID251 - a test's own wait


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab) -> Hakit:
    # Hosts that are given may be emulated, and take their time.
    return Hakit(fresh_lab, patience=1200 if isinstance(fresh_lab, Given) else 400)


@pytest.fixture(scope="module")
def bare(hakit: Hakit) -> dict[str, dict[str, str]]:
    return {node: how_it_stands(hakit, node) for node in ("qsp-a", "qsp-b")}


@pytest.fixture(scope="module")
def cluster(hakit: Hakit, bare: dict[str, dict[str, str]]) -> Iterator[Hakit]:
    """The lab's nodes as a cluster; `bare` looked at them before."""
    assert bare["qsp-a"]["boot squid"] == "enabled", "the lab's nodes are not as Debian installs them"
    answer = hakit.must("bootstrap", "--yes", hakit.spec)
    assert "verified" in answer.err
    return hakit


def place(hakit: Hakit) -> str:
    return str(json.loads(hakit("status", "--json", hakit.spec).out)["services"][0]["node"])


def test_init_writes_a_spec_with_which_preflight_has_no_quarrel(
    hakit: Hakit, bare: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    file, lab = tmp_path / "hakit.yaml", spec.read(Path(hakit.spec))
    cards = hakit.on("qsp-a", "ip", "-oneline", "-4", "address", "show", "scope", "global").splitlines()
    # A network that is not to be a ring, such as Vagrant's, can't be told from the others: then they are named.
    rings = [f"--ring={ring.network}" for ring in lab.rings] if len(cards) > len(lab.rings) else []
    assert isinstance(lab.fencing, NoFencing)
    why = ("--no-fencing", lab.fencing.reason)
    flags = ("--yes", "--unit", "squid", "--vip", "192.168.233.200", *why, *rings, "--output", str(file))
    hakit.must("init", *bare, *flags)
    hakit.must("check", str(file))
    hakit.must("preflight", str(file))
    said = spec.read(file)
    assert (said.name, said.nodes, said.rings, said.fencing) == (lab.name, lab.nodes, lab.rings, lab.fencing)
    (squid,) = said.services
    vip = lab.services[0].vip
    assert squid.vip and vip and (squid.vip.interface, squid.vip.nic) == (vip.interface, vip.nic)
    assert squid.probe is not None and squid.probe.question == TcpQuestion(3128), "squid runs on a bare node"
    again = hakit("init", *bare, *flags)
    assert (again.code, "exists" in again.err) == (2, True)


def test_a_page_comes_through_the_vip(cluster: Hakit, client: Client) -> None:
    page = client.fetch("/ping")
    assert page.code == 200
    assert place(cluster) in page.via


def test_what_is_on_the_nodes(cluster: Hakit, hosts: dict[str, Host]) -> None:
    active = place(cluster)
    for name, host in hosts.items():
        assert host.service("corosync").is_running
        assert host.service("corosync").is_enabled
        assert host.service("pacemaker").is_running
        assert host.service("pacemaker").is_enabled
        assert not host.service("squid").is_enabled, "Pacemaker decides where squid runs"
        assert host.service("squid").is_running is (name == active)
        clients = host.check_output("ip -oneline -4 address show to 192.168.233.0/24")
        assert (f" {layout.VIP}/" in clients) is (name == active)
        assert host.socket("tcp://3128").is_listening is (name == active)
        assert host.socket("udp://192.168.233." + ("11" if name == "qsp-a" else "12") + ":5405").is_listening
        key = host.file("/etc/corosync/authkey")
        assert (key.mode, key.user, key.size) == (0o400, "root", 256)
        cib = host.file("/var/lib/pacemaker/cib/cib.xml")
        assert (cib.user, cib.group, cib.mode) == ("hacluster", "haclient", 0o600)
        assert host.file("/usr/lib/ocf/resource.d/hakit/quickservice").mode == 0o755


def test_rings_and_quorum_by_corosyncs_own_word(cluster: Hakit) -> None:
    for node in ("qsp-a", "qsp-b"):
        assert cluster.on(node, "corosync-cfgtool", "-s").count("connected") == 2
        assert "Quorate:          Yes" in cluster.on(node, "corosync-quorumtool", "-s")
        conf = cluster.on(node, "cat", "/etc/corosync/corosync.conf")
        assert "crypto_cipher: aes256" in conf
        assert "two_node: 1" in conf


def test_pcs_knows_the_nodes(cluster: Hakit) -> None:
    for node in ("qsp-a", "qsp-b"):
        said = cluster.on(node, "pcs", "status", "pcsd")
        assert said.count("Online") == 2, said


def test_again_is_nothing_to_do(cluster: Hakit) -> None:
    files = [path for path in FILES if "/hakit" not in path]
    stamp = ("stat", "-c", "%n %Y %i", *files)
    before = [(cluster.epoch(node), cluster.on(node, *stamp)) for node in ("qsp-a", "qsp-b")]
    answer = cluster.must("bootstrap", cluster.spec)
    assert "nothing to do" in answer.err
    assert [(cluster.epoch(node), cluster.on(node, *stamp)) for node in ("qsp-a", "qsp-b")] == before


def test_the_running_cluster_is_imported_as_it_was_declared(cluster: Hakit, tmp_path: Path) -> None:
    file = tmp_path / "hakit.yaml"
    answer = cluster.must("import", "qsp-a", "qsp-b", "--output", str(file))
    assert "no errors, no warnings, no notes" in answer.err
    assert spec.read(file) == spec.read(Path(cluster.spec))
    cluster.must("check", str(file))
    assert "nothing to do" in cluster.must("bootstrap", str(file)).err
    for node in ("qsp-a", "qsp-b"):  # one alone knows less, and says the same
        alone = cluster.must("import", node).out
        nic = cluster.on(node, "ip", "-oneline", "-4", "address", "show", "to", "192.168.233.0/24").split()[1]
        assert f"vip: {{ address: {layout.VIP}/24, nic: {nic} }}" in alone


def test_status_is_healthy(cluster: Hakit) -> None:
    said = json.loads(cluster.must("status", "--json", cluster.spec).out)
    assert said["healthy"]
    assert said["quorate"]
    # On a machine with much else to do, a node may really have stood still (HK338).
    codes = [code for finding in said["findings"] if (code := finding["code"]) != "HK338"]
    assert codes == ["HK350"], "only the decision against fencing is told"
    assert all(ring["connected"] for node in said["nodes"] for ring in node["rings"])
    tree = cluster.must("status", cluster.spec).out
    assert "service squid on" in tree
    assert "ring 1  172.16.233.12  connected to qsp-a" in tree


def test_switchover_there_and_back(cluster: Hakit, client: Client) -> None:
    start = place(cluster)
    other = "qsp-b" if start == "qsp-a" else "qsp-a"
    for target in (other, start):
        cluster.must("switchover", "squid", "--to", target, "--spec", cluster.spec)
        page = client.fetch("/ping")
        assert page.code == 200
        assert target in page.via
        assert "cli-" not in cluster.on("qsp-a", "cibadmin", "--query", "--scope", "constraints")
    again = cluster.must("switchover", "squid", "--to", start, "--spec", cluster.spec)
    assert "already" in again.out


def test_switchover_refuses_a_standby_node(cluster: Hakit) -> None:
    start = place(cluster)
    other = "qsp-b" if start == "qsp-a" else "qsp-a"
    cluster.on("qsp-a", "pcs", "node", "standby", other)
    try:
        answer = cluster("switchover", "squid", "--spec", cluster.spec)
        assert answer.code == 4
        assert "standby" in answer.err
        said = json.loads(cluster("status", "--json", cluster.spec).out)
        assert "HK312" in {finding["code"] for finding in said["findings"]}
    finally:
        cluster.on("qsp-a", "pcs", "node", "unstandby", other)
    assert place(cluster) == start


def test_a_cut_ring_is_told_and_costs_nothing(cluster: Hakit, lab: Lab, client: Client) -> None:
    lab.cut("qsp-a", 1)
    try:

        def told() -> bool:
            answer = cluster("status", "--json", cluster.spec)
            codes = {finding["code"] for finding in json.loads(answer.out)["findings"]}
            return answer.code == 1 and "HK320" in codes

        waited_for(told, "status tells the cut ring")
        assert client.fetch("/ping").code == 200
    finally:
        lab.heal("qsp-a", 1)
    waited_for(lambda: cluster("status", cluster.spec).code == 0, "status is healthy again")


def test_a_node_that_stood_still_is_told_and_is_no_fault(cluster: Hakit, lab: Lab) -> None:
    other = "qsp-b" if place(cluster) == "qsp-a" else "qsp-a"
    lab.freeze(other)
    try:
        # Longer than 0.8 of a token, which Corosync notes, and shorter than what is taken for dead.
        SystemClock().sleep(1.45)
    finally:
        lab.thaw(other)

    def told() -> bool:
        answer = cluster("status", "--json", cluster.spec)
        texts = [finding["text"] for finding in json.loads(answer.out)["findings"] if finding["code"] == "HK338"]
        return answer.code == 0 and any(text.startswith(f"{other} stood still") for text in texts)

    waited_for(told, f"status is healthy and tells that {other} stood still")


def test_a_lost_node_is_survived(cluster: Hakit, lab: Lab, client: Client) -> None:
    lost = place(cluster)
    other = "qsp-b" if lost == "qsp-a" else "qsp-a"
    lab.power_off(lost)
    try:
        waited_for(lambda: client.fetch("/ping").code == 200, "the other node serves")
        assert other in client.fetch("/ping").via
        answer = cluster("status", "--json", cluster.spec)
        said = json.loads(answer.out)
        assert answer.code == 1
        assert "HK311" in {finding["code"] for finding in said["findings"]}
        assert not next(node for node in said["nodes"] if node["name"] == lost)["reached"]
        refused = cluster("bootstrap", "--yes", cluster.spec)
        assert refused.code == 4
        assert lost in refused.err
    finally:
        lab.power_on(lost)
    waited_for(lambda: cluster("status", cluster.spec).code == 0, "the node is back", seconds=120)
    assert place(cluster) == other, "nothing goes back by itself"


def test_destroy_leaves_the_hosts_as_before(cluster: Hakit, bare: dict[str, dict[str, str]]) -> None:
    refused = cluster("destroy", cluster.spec, stdin="n\n")
    assert refused.code != 0
    assert "nothing was changed" in refused.err
    assert cluster("status", cluster.spec).code == 0
    cluster.must("destroy", "--yes", cluster.spec)
    assert {node: how_it_stands(cluster, node) for node in bare} == bare
    assert "there is no squidha" in cluster.must("destroy", "--yes", cluster.spec).out
