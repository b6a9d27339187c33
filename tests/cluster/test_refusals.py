"""What bootstrap refuses, and that it leaves everything alone then."""

from __future__ import annotations

from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from tests.cluster.command import Hakit

pytestmark = pytest.mark.first_release

FOREIGN = """\
totem {
    version: 2
    cluster_name: payroll
    transport: knet
}
nodelist {
    node {
        name: qsp-b
        nodeid: 7
        ring0_addr: 192.168.233.12
    }
}
"""


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab) -> Hakit:
    return Hakit(fresh_lab)


def state(hakit: Hakit, node: str) -> str:
    """Give what a bootstrap would change first."""
    units = hakit.on(node, "systemctl", "is-enabled", "squid", "corosync", "pacemaker")
    files = hakit.on(
        node, "sh", "-c", "sha256sum /etc/corosync/* 2>&1; ls -la /var/lib/hakit /usr/lib/ocf/resource.d/hakit 2>&1"
    )
    return f"{units}\n{files}"


def test_another_cluster_is_named_and_left_alone(hakit: Hakit) -> None:
    hakit.on("qsp-b", "cp", "/etc/corosync/corosync.conf", "/root/stock.conf")
    hakit.on("qsp-b", "sh", "-c", f"cat > /etc/corosync/corosync.conf <<'END'\n{FOREIGN}END\n")
    before = {node: state(hakit, node) for node in ("qsp-a", "qsp-b")}
    answer = hakit("bootstrap", "--yes", hakit.spec)
    assert answer.code == 4
    assert "payroll" in answer.err
    assert "--replace" in answer.err
    assert {node: state(hakit, node) for node in before} == before
    refused = hakit("destroy", "--yes", hakit.spec)
    assert refused.code == 4
    assert "payroll" in refused.err
    assert {node: state(hakit, node) for node in before} == before


def test_a_typo_is_told_with_its_place(hakit: Hakit, tmp_path: Path) -> None:
    spec = tmp_path / "typo.yaml"
    spec.write_text(Path(hakit.spec).read_text().replace("unit:", "unti:"))
    answer = hakit("bootstrap", "--yes", str(spec))
    assert answer.code == 3
    assert "typo.yaml:" in answer.err
    assert "did you mean" in answer.err


def test_a_no_changes_nothing(hakit: Hakit) -> None:
    before = {node: state(hakit, node) for node in ("qsp-a", "qsp-b")}
    answer = hakit("bootstrap", "--replace", hakit.spec, stdin="n\n")
    assert answer.code == 1
    assert "can't be undone" in answer.err
    assert {node: state(hakit, node) for node in before} == before


def test_a_host_that_is_down(hakit: Hakit, lab: Lab) -> None:
    lab.power_off("qsp-b")
    try:
        answer = hakit("bootstrap", "--yes", hakit.spec)
        assert answer.code == 4
        assert "qsp-b" in answer.err
        assert "nothing was changed" in answer.err
    finally:
        lab.power_on("qsp-b")


def test_replace_takes_the_host_over(hakit: Hakit) -> None:
    answer = hakit.must("bootstrap", "--yes", "--replace", hakit.spec)
    assert "payroll" in answer.err, "the plan names what is destroyed"
    hakit.must("status", hakit.spec)


def test_resources_made_by_hand_are_not_swept_away(hakit: Hakit) -> None:
    made = ("resource", "create", "mine", "ocf:pacemaker:Dummy")
    hakit.on("qsp-a", "pcs", *made)
    answer = hakit("bootstrap", "--yes", hakit.spec)
    assert answer.code == 4
    assert "mine" in answer.err
    assert "mine" in hakit.on("qsp-a", "crm_resource", "--list")
    hakit.must("bootstrap", "--yes", "--replace", hakit.spec)
    assert "mine" not in hakit.on("qsp-a", "crm_resource", "--list")


def test_drift_is_told_and_mended(hakit: Hakit) -> None:
    hakit.on("qsp-a", "pcs", "resource", "update", "squid-vip", "op", "monitor", "interval=77s")
    told = hakit("status", hakit.spec)
    assert told.code == 1
    assert "77" in told.out
    hakit.must("bootstrap", "--yes", hakit.spec)
    hakit.must("status", hakit.spec)
