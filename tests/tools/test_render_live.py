"""What Pacemaker, pcs and crm make of a rendered CIB still means the same; and any cluster's CIB is valid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from hakit import render
from hakit.model import Cluster, Service
from tests.sample_clusters import SQUID, cluster, clusters
from tests.tools.conftest import RELEASES, Tools

WEB = Service("web", "web@one.service", depends_on=("squid",), prefer="qsp-b")
DECLARED = cluster(SQUID, WEB)


@pytest.fixture
def live(tools: Tools) -> Tools:
    """Give the tools a CIB that two nodes have run with: with nodes and status, in the release's own schema."""
    done = tools.run(
        "crm_simulate", "--xml-file", "rendered.xml", "--simulate", "--save-output", "cib.xml",
        "--node-up", "qsp-a", "--node-up", "qsp-b", "--quorum", "true",
        files={"rendered.xml": render.cib(DECLARED)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tools


def now(tools: Tools) -> str:
    return (tools.files / "cib.xml").read_text()


def do(tools: Tools, *argv: str) -> str:
    done = tools.run("env", "CIB_file=/mnt/cib.xml", *argv)
    assert done.returncode == 0, (argv, done.stdout, done.stderr)
    return done.stdout


def test_what_has_run_is_as_declared(live: Tools) -> None:
    assert "<lrm_rsc_op" in now(live)
    assert render.differences(now(live), DECLARED) == ()
    (live.files / "merged.xml").write_text(render.merged(now(live), DECLARED))
    patch = live.run("crm_diff", "--no-version", "--original", "cib.xml", "--new", "merged.xml")
    assert (patch.returncode, patch.stdout) == (0, "")


def test_the_newest_schema_changes_no_meaning(live: Tools) -> None:
    do(live, "cibadmin", "--upgrade", "--force")
    assert render.differences(now(live), DECLARED) == ()


def test_pcs_understands_every_resource(live: Tools) -> None:
    told = do(live, "pcs", "-f", "/mnt/cib.xml", "resource", "config")
    assert "Group: squid" in told
    assert "class=systemd type=web@one" in told


def test_crm_understands_every_resource_and_constraint(live: Tools) -> None:
    told = do(live, "crm", "configure", "show").splitlines()
    wanted = {"group squid squid-vip squid-unit", "group web web-unit", "order web-after-squid Mandatory: squid web"}
    assert wanted <= {line.strip() for line in told}
    assert not [line for line in told if line.startswith("xml ")]  # what crm has no words for


SWITCHES = {
    "pcs": (("pcs", "-f", "/mnt/cib.xml", "resource", "disable", "squid"), ("pcs", "-f", "/mnt/cib.xml", "resource", "enable", "squid")),
    "crm": (("crm", "resource", "stop", "squid"), ("crm", "resource", "meta", "squid", "delete", "target-role")),
}  # fmt: skip


@pytest.mark.parametrize("tool", SWITCHES)
def test_a_stop_is_no_difference_and_leaves_nothing_behind(live: Tools, tool: str) -> None:
    """Stopped by an operator is not drift (docs/decisions/0021-stopped-stays-stopped.md)."""
    off, on = SWITCHES[tool]
    do(live, *off)
    assert 'name="target-role" value="Stopped"' in now(live)
    assert render.differences(now(live), DECLARED) == ()
    assert 'name="target-role" value="Stopped"' in render.merged(now(live), DECLARED)
    do(live, *on)
    assert "target-role" not in now(live)
    assert render.differences(now(live), DECLARED) == ()


def test_what_a_ban_leaves_behind_is_found(live: Tools) -> None:
    do(live, "crm_resource", "--ban", "--resource", "squid", "--node", "qsp-a")
    assert render.leftovers(now(live)) == ("cli-ban-squid-on-qsp-a",)
    assert render.foreign(now(live), DECLARED) == ()


def test_what_somebody_changed_by_hand_is_put_right_by_a_patch(live: Tools) -> None:
    do(live, "pcs", "-f", "/mnt/cib.xml", "resource", "delete", "web-unit", "--force")
    do(live, "pcs", "-f", "/mnt/cib.xml", "property", "set", "stonith-enabled=true", "maintenance-mode=true")
    do(live, "pcs", "-f", "/mnt/cib.xml", "resource", "defaults", "update", "resource-stickiness=7")
    do(live, "crm_resource", "--resource", "squid-vip", "--set-parameter", "cidr_netmask", "--parameter-value", "16")
    lines = render.differences(now(live), DECLARED)
    assert "cluster properties: stonith-enabled is true, should be false" in lines
    assert "resource web is missing" in lines
    assert "resource defaults: resource-stickiness is 7, should be 100" in lines
    assert "resource squid-vip: parameter cidr_netmask is 16, should be 24" in lines
    (live.files / "merged.xml").write_text(render.merged(now(live), DECLARED))
    patch = live.run("crm_diff", "--no-version", "--original", "cib.xml", "--new", "merged.xml")
    assert patch.stdout
    (live.files / "patch.xml").write_text(patch.stdout)
    do(live, "cibadmin", "--patch", "--xml-file", "/mnt/patch.xml")
    assert render.differences(now(live), DECLARED) == ()
    assert 'name="maintenance-mode" value="true"' in now(live)
    assert do(live, "crm_verify", "-V", "--xml-file", "/mnt/cib.xml") == ""


@pytest.mark.parametrize("schema", ["pacemaker-3.2", "pacemaker-3.5"])
@pytest.mark.parametrize("release", RELEASES)
def test_any_cluster_s_cib_is_valid(roots: Callable[[str], Path], release: str, schema: str) -> None:
    relaxng = etree.RelaxNG(file=str(roots(release) / f"usr/share/pacemaker/{schema}.rng"))

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(clusters())
    def valid(any_cluster: Cluster) -> None:
        relaxng.assertValid(etree.fromstring(render.cib(any_cluster)))

    valid()
