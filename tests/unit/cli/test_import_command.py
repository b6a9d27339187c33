"""`hakit import` as it is typed: what it asks, where it writes, which code it ends with; and from simulated nodes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hakit import render, spec
from hakit.apply import importing
from hakit.apply.foresight import foresee
from hakit.cli.importing import import_
from hakit.core import HakitError, Put
from hakit.observe import node
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster
from tests.unit.plan import running

DECLARED = cluster()


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "c.conf").write_text(render.corosync_conf(DECLARED))
    (tmp_path / "c.xml").write_text(render.cib(DECLARED))
    return ["--corosync", str(tmp_path / "c.conf"), "--cib", str(tmp_path / "c.xml")]


def run(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(import_, words, input=answer, standalone_mode=False)


def test_the_spec_goes_to_stdout_and_the_list_elsewhere(files: list[str]) -> None:
    result = run(*files)
    assert result.return_value == 0
    assert spec.check_text(result.stdout, "x")[0] == DECLARED
    assert "no warnings" in result.stderr


def test_a_file_is_written_over_only_when_agreed(files: list[str], tmp_path: Path) -> None:
    out = tmp_path / "hakit.yaml"
    out.write_text("mine\n")
    refused = run(*files, "--output", str(out), answer="n\n")
    assert isinstance(refused.exception, HakitError)
    assert out.read_text() == "mine\n"
    assert run(*files, "--output", str(out), "--yes").return_value == 0
    assert spec.read(out) == DECLARED


def test_json_tells_all(files: list[str], tmp_path: Path) -> None:
    cib = (tmp_path / "c.xml").read_text()
    (tmp_path / "c.xml").write_text(
        cib.replace("<constraints/>", '<constraints><rsc_ticket id="t" rsc="squid" ticket="x"/></constraints>')
    )
    result = run(*files, "--json")
    said = json.loads(result.stdout)
    assert (result.return_value, said["whole"], said["usable"]) == (1, False, True)
    assert [each["code"] for each in said["findings"]] == ["HK404"]
    assert spec.check_text(said["spec"], "x")[0] == DECLARED


def test_a_spec_that_check_would_refuse_has_its_own_code(files: list[str], tmp_path: Path) -> None:
    conf = (tmp_path / "c.conf").read_text()
    (tmp_path / "c.conf").write_text(conf.replace("cluster_name: squidha", "cluster_name: squid ha"))
    result = run(*files)
    assert result.return_value == 3
    assert "HK411" in result.stderr


@pytest.mark.parametrize("words", [("--cib",), ("--corosync",), ("qsp-a", "--cib", "--corosync")])
def test_files_and_nodes_do_not_mix(files: list[str], words: tuple[str, ...]) -> None:
    both = {"--corosync": files[1], "--cib": files[3]}
    argv = [part for word in words for part in ((word, both[word]) if word in both else (word,))]
    assert isinstance(run(*argv).exception, HakitError)


def placed(hosts: SimulatedHosts, *names: str) -> SimulatedHosts:
    for name in names:
        disk = hosts.hosts[name].disk
        disk.put(Put(node.COROSYNC_CONF, render.corosync_conf(DECLARED)))
        disk.put(Put(node.CIB, render.cib(DECLARED)))
    return hosts


def test_nodes_at_rest_are_read_from_their_disks() -> None:
    hosts = placed(SimulatedHosts(DECLARED), "qsp-a", "qsp-b")
    found = importing.live(("qsp-a", "qsp-b"), hosts)
    assert found.cluster.services == DECLARED.services
    assert found.cluster.rings == DECLARED.rings
    assert found.cluster.autostart is False  # their units are not enabled
    assert found.whole
    assert hosts.changes == []


@pytest.mark.parametrize("case", ["hot", "alerts", "quorum-last-man", "three-nodes"])
def test_what_was_imported_from_the_running_nodes_leaves_nothing_to_plan(case: str) -> None:
    declared = spec.read(Path(__file__).parents[2] / "cases/render" / case / "spec.yaml")
    hosts = running.hosts(declared)
    found = importing.live(tuple(node.name for node in declared.nodes), hosts)
    again, _ = spec.check_text(found.text, "hakit.yaml")
    assert again is not None
    assert foresee(again, hosts).empty


def test_hosts_that_are_of_no_or_of_another_cluster_are_refused() -> None:
    with pytest.raises(HakitError, match="belongs to no cluster"):
        importing.live(("qsp-a",), placed(SimulatedHosts(DECLARED), "qsp-b"))
    mixed = placed(SimulatedHosts(DECLARED), "qsp-a", "qsp-b")
    other = render.corosync_conf(cluster(rings=1))
    mixed.hosts["qsp-b"].disk.put(Put(node.COROSYNC_CONF, other))
    with pytest.raises(HakitError, match="different"):
        importing.live(("qsp-a", "qsp-b"), mixed)
