"""IPv6 rings and VIPs, hakit's own agent, and a service that depends on another, on real nodes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.drill.question import Question
from hakit.lab.lab import Lab
from hakit.report import lines
from tests.cluster.command import Hakit

pytestmark = pytest.mark.first_release

SPEC = """\
cluster: six
nodes:
  qsp-a: { rings: ["fd00:233::11", "fd00:172::11"] }
  qsp-b: { rings: ["fd00:233::12", "fd00:172::12"] }
fencing: { none: "lab" }
timing: fast
services:
  proxy:
    unit: squid.service
    vip: "fd00:233::200/64"
    prefer: qsp-b
  web:
    unit: nginx.service
    agent: quickservice
    vip: "fd00:233::201/64"
    depends_on: [proxy]
"""


def from_client(lab: Lab, *argv: str) -> str:
    """Run a command in the client's network."""
    return subprocess.run(lab.client_argv(argv), capture_output=True, text=True, check=False, timeout=30).stdout


@pytest.fixture(scope="module")
def six(fresh_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hakit, Path]]:
    hakit = Hakit(fresh_lab)
    for node, last in (("qsp-a", "11"), ("qsp-b", "12")):
        for nic, net in (("eth0", "233"), ("eth1", "172")):
            hakit.on(node, "ip", "address", "add", f"fd00:{net}::{last}/64", "dev", nic, "nodad")
        rule = "acl six src fd00:233::/64\nhttp_access allow six\n"
        hakit.on(node, "sh", "-c", f"printf '{rule}' > /etc/squid/conf.d/a-six.conf")
    from_client(fresh_lab, "ip", "address", "add", "fd00:233::139/64", "dev", "br0", "nodad")
    spec = tmp_path_factory.mktemp("six") / "six.yaml"
    spec.write_text(SPEC)
    hakit.must("bootstrap", "--yes", str(spec))
    yield hakit, spec
    hakit("destroy", "--yes", str(spec))
    from_client(fresh_lab, "ip", "address", "del", "fd00:233::139/64", "dev", "br0")


@pytest.mark.usefixtures("six")
def test_pages_come_over_ipv6(lab: Lab) -> None:
    via_squid = ("curl", "--silent", "--proxy", "http://[fd00:233::200]:3128", "http://192.168.233.139:8000/ping")
    assert from_client(lab, *via_squid).strip() == "ok"
    assert "nginx" in from_client(lab, "curl", "--silent", "-g", "http://[fd00:233::201]/").lower()


def test_rings_speak_ipv6(six: tuple[Hakit, Path]) -> None:
    hakit, spec = six
    said = json.loads(hakit.must("status", "--json", str(spec)).out)
    assert {ring["connected"] for node in said["nodes"] for ring in node["rings"]} == {True}
    assert "fd00:172::12" in hakit.on("qsp-a", "corosync-cmapctl", "nodelist.node.1.ring1_addr")


def test_the_dependent_goes_where_its_dependency_goes(six: tuple[Hakit, Path]) -> None:
    hakit, spec = six

    def places() -> dict[str, str]:
        said = json.loads(hakit("status", "--json", str(spec)).out)
        return {service["name"]: service["node"] for service in said["services"]}

    assert places() == {"proxy": "qsp-b", "web": "qsp-b"}, "prefer: qsp-b"
    hakit.must("switchover", "proxy", "--to", "qsp-a", "--spec", str(spec))
    hakit.on("qsp-a", "crm_resource", "--wait", "--timeout=60")
    assert places() == {"proxy": "qsp-a", "web": "qsp-a"}


def test_our_agent_watches_nginx(six: tuple[Hakit, Path]) -> None:
    hakit, _ = six
    resources = hakit.on("qsp-a", "cibadmin", "--query", "--scope", "resources")
    assert 'provider="hakit"' in resources
    assert 'type="quickservice"' in resources


def asked_by_ndp(lab: Lab) -> set[str]:
    """Let the client ask for two seconds who has the first VIP; return all cards that claimed it at once."""
    question = Question("fd00:233::200", 3128)
    done = subprocess.run(
        lab.client_argv(("python3", "-I", "-S", "-")),
        input=question.program(2.5), capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return set(max((line[2] for line in said if line[0] == "m"), key=len))


def test_a_drill_asks_by_ndp_who_has_the_address(six: tuple[Hakit, Path], lab: Lab, tmp_path: Path) -> None:
    hakit, spec = six
    words = ("--service", "proxy", "--only", "switchover,service-killed", "--output", str(tmp_path))
    answer = hakit("drill", str(spec), "--yes", *words)
    record = lines.parse((tmp_path / "record.jsonl").read_text(), "record")
    moved = record.trials[0]
    assert len({mac for claim in moved.claims for mac in claim.macs}) == 2, "before and after"
    wrong = [f"{each.audit}: {each.words}" for trial in record.trials for each in trial.audits if not each.ok]
    assert wrong == [], answer.out
    assert len(asked_by_ndp(lab)) == 1


def test_two_that_claim_an_address_of_ipv6_are_both_heard(six: tuple[Hakit, Path], lab: Lab) -> None:
    hakit, spec = six
    said = json.loads(hakit("status", "--json", str(spec)).out)
    (other,) = {"qsp-a", "qsp-b"} - {service["node"] for service in said["services"]}
    hakit.on(other, "ip", "address", "add", "fd00:233::200/64", "dev", "eth0", "nodad")
    try:
        assert len(asked_by_ndp(lab)) == 2
    finally:
        hakit.on(other, "ip", "address", "del", "fd00:233::200/64", "dev", "eth0")
