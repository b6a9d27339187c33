"""Every case of tests/cases/render says the same files as ever, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hakit import render, spec
from hakit.model.drbd import Generation

CASES = sorted((Path(__file__).parents[2] / "cases/render").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_spec_renders_to_the_case_s_files(case: Path, same_as_file: Callable[[str, Path], None]) -> None:
    cluster = spec.read(case / "spec.yaml")
    same_as_file(render.corosync_conf(cluster), case / "corosync.conf")
    same_as_file(render.cib(cluster), case / "cib.xml")
    if any(service.volume for service in cluster.services):
        for generation in Generation:
            same_as_file(render.drbd_resources(cluster, generation), case / f"drbd-{generation}.res")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_cluster_as_rendered_has_nothing_to_change(case: Path) -> None:
    cluster = spec.read(case / "spec.yaml")
    live = (case / "cib.xml").read_text()
    assert render.differences(live, cluster) == ()
    assert render.merged(live, cluster) == live
    assert render.foreign(live, cluster) == ()
    assert render.leftovers(live) == ()
