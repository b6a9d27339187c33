"""The real tools of every release judge what hakit renders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from hakit import spec
from hakit.model import Cluster, ping_interval, ping_timeout, sections
from tests.tools.conftest import Tools

CASES = sorted((Path(__file__).parents[1] / "cases/render").iterdir())
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)

# Every schema that all supported releases know; hakit says the newest of them.
SCHEMAS = ("pacemaker-3.2", "pacemaker-3.5")
OLD_ROLE = re.compile(r"warning: Support for the (Master|Slave) role is deprecated")


@every_case
def test_corosync_takes_the_file(tools: Tools, case: Path) -> None:
    text = (case / "corosync.conf").read_text()
    done = tools.run("corosync", "-t", "-c", "/mnt/corosync.conf", files={"corosync.conf": text})
    assert done.returncode == 0, done.stderr
    worries = [line for line in done.stderr.splitlines() if " notice " not in line]
    assert worries == []


@every_case
def test_pacemaker_takes_the_cib_without_a_warning(tools: Tools, case: Path) -> None:
    done = tools.run("crm_verify", "-V", "--xml-file", "cib.xml", files={"cib.xml": (case / "cib.xml").read_text()})
    # A volume's roles have the names that every release's schema knows; Pacemaker 3 takes them, and would rather have newer ones.
    worries = [line for line in done.stderr.splitlines() if not OLD_ROLE.match(line)]
    if worries != done.stderr.splitlines():
        assert any(service.volume for service in spec.read(case / "spec.yaml").services)
        assert (worries, done.returncode) == (["Configuration invalid (with warnings)"], 78)
    else:
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@every_case
@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_cib_is_valid(tools: Tools, case: Path, schema: str) -> None:
    relaxng = etree.RelaxNG(file=str(tools.root / f"usr/share/pacemaker/{schema}.rng"))
    relaxng.assertValid(etree.parse(case / "cib.xml"))


@every_case
def test_pcs_would_write_the_same_rings(tools: Tools, case: Path) -> None:
    cluster = spec.read(case / "spec.yaml")
    done = tools.run(*pcs_setup(cluster))
    assert done.returncode == 0, done.stderr
    theirs = sections.parse((tools.files / "theirs.conf").read_text())
    ours = sections.parse((case / "corosync.conf").read_text())
    assert nodes(ours) == nodes(theirs)
    assert links(ours) == links(theirs)
    totem, wanted = dict(ours.one("totem").pairs), dict(theirs.one("totem").pairs)
    # A UUID is new at every call, and pcs leaves the mode that is knet's default unsaid.
    assert totem.pop("link_mode") == "passive"
    wanted.pop("cluster_uuid", None)
    assert totem == wanted
    quorum = dict(theirs.one("quorum").pairs)
    if ours.one("quorum").all("device"):
        # pcs sets a cluster up without its device; when it adds one, it takes two_node out (corosync-qdevice(8)).
        assert quorum.pop("two_node", "1") == "1"
    assert dict(ours.one("quorum").pairs).items() >= quorum.items()
    assert ours.one("logging") == theirs.one("logging")


def pcs_setup(cluster: Cluster) -> tuple[str, ...]:
    ours = cluster.timing
    many = len(cluster.nodes) - 2
    consensus = ours.consensus if many == 0 else -(-(ours.token + 650 * many) * 12 // 10)
    argv = ["pcs", "cluster", "setup", cluster.name]
    for node in cluster.nodes:
        argv += [node.name, *(f"addr={address}" for address in node.addresses)]
    argv += ["transport", "knet"]
    for ring in cluster.rings:
        argv += ["link", f"linknumber={ring.number}", f"link_priority={ring.priority}", f"mcastport={ring.mcastport}"]
        argv += [
            f"ping_interval={ping_interval(ours.token)}",
            f"ping_timeout={ping_timeout(ours.token)}",
            "pong_count=1",
        ]
    argv += [
        "totem",
        f"token={ours.token}",
        f"consensus={consensus}",
        "--corosync_conf",
        "/mnt/theirs.conf",
        "--overwrite",
    ]
    return tuple(argv)


def nodes(root: sections.Section) -> list[dict[str, str]]:
    return [dict(node.pairs) for node in root.one("nodelist").all("node")]


def links(root: sections.Section) -> list[dict[str, str]]:
    return [dict(link.pairs) for link in root.one("totem").all("interface")]
