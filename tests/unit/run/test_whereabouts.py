"""Whether this machine is one of the nodes: both name and address must say so."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from hakit.model import Cluster
from hakit.run.whereabouts import local_nodes
from tests.sample_clusters import cluster

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root's hakit may act on this machine itself")


def named(name: str) -> Cluster:
    """Name the first node so."""
    wanted = cluster()
    return replace(wanted, nodes=(replace(wanted.nodes[0], name=name), *wanted.nodes[1:]))


@pytest.fixture
def addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let `ip` say what the file says."""
    said = tmp_path / "said"
    program = tmp_path / "ip"
    program.write_text(f"#!{sys.executable}\nprint(open({str(said)!r}).read())\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    said.write_text(json.dumps([{"ifname": "eth0", "addr_info": [{"local": "192.168.233.11"}]}, {"ifname": "lo"}]))
    return said


@root_only
@pytest.mark.usefixtures("addresses")
def test_name_and_address_agree() -> None:
    here = os.uname().nodename
    assert local_nodes(named(here)) == {here}
    assert local_nodes(named("elsewhere")) == frozenset()
    assert local_nodes(cluster()) == frozenset() or here in {"qsp-a", "qsp-b"}


@root_only
@pytest.mark.usefixtures("addresses")
def test_a_name_alone_is_not_enough() -> None:
    wanted = named(os.uname().nodename)
    away = replace(wanted.nodes[0], addresses=(ip_address("192.168.233.99"),))
    assert local_nodes(replace(wanted, nodes=(away, *wanted.nodes[1:]))) == frozenset()


@root_only
@pytest.mark.parametrize("text", ["", "no JSON"])
def test_an_ip_that_says_nothing_makes_no_node(addresses: Path, text: str) -> None:
    addresses.write_text(text)
    assert local_nodes(named(os.uname().nodename)) == frozenset()
