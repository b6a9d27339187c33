"""The difference of two CIBs, made by the real tools of each release: what others changed meanwhile stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import etree

from hakit import render
from hakit.run import cibpatch
from tests.sample_clusters import SQUID, cluster
from tests.tools.conftest import Tools

PROGRAM = Path(cibpatch.__file__).read_text()
OTHERS = '<cluster_property_set id="others"><nvpair id="others-x" name="x" value="1"/></cluster_property_set>'


def patched(tools: Tools, old: str, new: str, live: str) -> tuple[int, str]:
    """Give the exit code, and the live CIB afterwards."""
    files = {"patch.py": PROGRAM, "old.xml": old, "new.xml": new, "live.xml": live}
    program = ("python3", "-I", "-S", "/mnt/patch.py", "/mnt/old.xml", "/mnt/new.xml")
    done = tools.run("env", "CIB_file=/mnt/live.xml", *program, files=files)
    return done.returncode, (tools.files / "live.xml").read_text()


def ids(cib: str) -> set[str]:
    return {
        str(element.get("id")) for element in etree.fromstring(cib.encode()).iter("primitive", "cluster_property_set")
    }


def test_the_difference_arrives_and_what_somebody_else_added_stays(tools: Tools) -> None:
    old = render.cib(cluster())
    new = render.merged(old, cluster(SQUID, replace(SQUID, name="web", unit="nginx.service", vip=None)))
    live = old.replace("</crm_config>", f"{OTHERS}</crm_config>")
    code, after = patched(tools, old, new, live)
    assert code == 0, after
    assert ids(after) == ids(new) | {"others"}


def test_no_difference_is_fine(tools: Tools) -> None:
    old = render.cib(cluster())
    assert patched(tools, old, old, old) == (0, old)


def test_a_change_of_what_somebody_else_removed_is_refused(tools: Tools) -> None:
    old, gone = render.cib(cluster()), render.cib(replace(cluster(), services=()))
    new = render.merged(old, cluster(replace(SQUID, unit="nginx.service")))
    code, after = patched(tools, old, new, gone)
    assert code != 0
    assert ids(after) == ids(gone)
