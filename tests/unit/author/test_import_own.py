"""Importing what hakit made gives the spec that it was made from, and nothing is left to say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from hakit import render, spec
from hakit.author.cluster.hints import Hints
from hakit.author.cluster.read import Import, Texts, read
from hakit.model import Cluster, DeviceFencing, SecretParameter, VipAgent, Volume, volume
from hakit.model.drbd import Generation
from tests.sample_clusters import SQUID, cluster, spec_clusters

ALL = sorted((Path(__file__).parents[2] / "cases/render").iterdir())
# The devices of volumes are in neither of the two files.
WITH_VOLUMES = [case for case in ALL if (case / "drbd-9.res").is_file()]
CASES = [case for case in ALL if case not in WITH_VOLUMES]


def imported(any_cluster: Cluster) -> Import:
    """Import it with what a host's files say of its volumes."""
    files = {
        each.name: render.drbd_resource(any_cluster, each, Generation.EIGHT)
        for each in any_cluster.services
        if each.volume
    }
    volumes = {name: known for name, text in files.items() if (known := volume.said(text))}
    return read(Texts(render.corosync_conf(any_cluster), render.cib(any_cluster)), Hints(volumes=volumes))


@settings(deadline=None, max_examples=60)
@given(spec_clusters())
def test_what_hakit_made_comes_back_equal(any_cluster: Cluster) -> None:
    found = imported(any_cluster)
    assert [each.text() for each in found.findings] == []
    assert found.cluster == any_cluster
    assert render.differences(render.cib(any_cluster), found.cluster) == ()
    assert render.corosync_conf(found.cluster) == render.corosync_conf(any_cluster)


def test_a_volume_whose_address_is_in_stock_hands_comes_back_equal() -> None:
    volume_of = Volume((("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdb")), "/srv/squid", 1)
    assert SQUID.vip is not None
    for agent in VipAgent:
        declared = cluster(replace(SQUID, vip=replace(SQUID.vip, agent=agent), volume=volume_of))
        found = imported(declared)
        assert [each.text() for each in found.findings] == []
        assert found.cluster == declared


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_render_case_comes_back_equal(case: Path) -> None:
    declared = spec.read(case / "spec.yaml")
    found = read(Texts((case / "corosync.conf").read_text(), (case / "cib.xml").read_text()))
    assert found.cluster == asking(declared)
    assert [each.code for each in found.findings] == ["HK412"] * secrets(declared)
    assert found.whole
    assert spec.check_text(found.text, "hakit.yaml")[0] == found.cluster
    assert render.differences(render.cib(declared), found.cluster) == ()
    assert render.corosync_conf(found.cluster) == render.corosync_conf(declared)


@pytest.mark.parametrize("case", WITH_VOLUMES, ids=lambda case: case.name)
def test_what_has_a_volume_is_left_out_and_every_part_of_it_named(case: Path) -> None:
    declared = spec.read(case / "spec.yaml")
    found = read(Texts((case / "corosync.conf").read_text(), (case / "cib.xml").read_text()))
    assert not found.whole
    told = "\n".join(each.text() for each in found.findings)
    for service in declared.services:
        assert service.name not in {each.name for each in found.cluster.services}
        for part in (
            f"resource {service.name} ",
            f"resource {service.mirror} ",
            f"{service.name}-with-{service.mirror} ",
        ):
            assert part in told


def asking(declared: Cluster) -> Cluster:
    """Return the cluster with every secret to be asked for: which file it was in, no file of the cluster says."""
    fencing = declared.fencing
    if not isinstance(fencing, DeviceFencing):
        return declared
    devices = (
        replace(each, secrets=tuple(SecretParameter(secret.name) for secret in each.secrets))
        for each in fencing.devices
    )
    return replace(declared, fencing=replace(fencing, devices=tuple(devices)))


def secrets(declared: Cluster) -> int:
    return sum(len(each.secrets) for each in getattr(declared.fencing, "devices", ()))


def test_the_spec_is_what_a_person_would_write() -> None:
    assert (
        imported(cluster()).text
        == """\
# The cluster squidha, as hakit import found it.

cluster: squidha

# By the node's name: its address in ring 0, where the clients are, then in the other rings.
nodes:
  qsp-a: { rings: [192.168.233.11, 172.16.233.11] }
  qsp-b: { rings: [192.168.233.12, 172.16.233.12] }

# How a node that doesn't answer is made harmless.
fencing:
  none: "evaluation only"

services:
  squid:
    unit: squid.service
    vip: 192.168.233.200/24
"""
    )
