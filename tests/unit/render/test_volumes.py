"""Volumes as files: one service's lines are its own, and nothing breaks out of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from hakit import render
from hakit.cli.main import hakit
from hakit.model import Cluster, Device, DeviceFencing, Service, Volume
from hakit.model.drbd import Generation
from hakit.render.drbd import drbd_resource
from tests.sample_clusters import SQUID, cluster, spec_clusters

CASES = Path(__file__).parents[2] / "cases/render"
DISKS = (("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdb"))
LOGGING = replace(SQUID, volume=Volume(DISKS, "/srv/squid", 1))
both = pytest.mark.parametrize("generation", Generation)


def call(*arguments: str) -> str:
    return CliRunner().invoke(hakit, arguments, catch_exceptions=False, standalone_mode=False).stdout


@both
def test_the_command_prints_the_file(generation: Generation) -> None:
    wanted = (CASES / f"volume/drbd-{generation}.res").read_text()
    assert call("render-drbd", str(CASES / "volume/spec.yaml"), "--module", generation.value) == wanted


def test_module_8_4_is_meant_unless_said() -> None:
    assert call("render-drbd", str(CASES / "volume/spec.yaml")) == (CASES / "volume/drbd-8.4.res").read_text()


def test_without_a_volume_there_is_nothing_to_print() -> None:
    assert call("render-drbd", str(CASES / "squid/spec.yaml")) == ""


def without(declared: Cluster, name: str) -> Cluster:
    left = (service for service in declared.services if service.name != name)
    return replace(
        declared,
        services=tuple(replace(each, depends_on=tuple(n for n in each.depends_on if n != name)) for each in left),
    )


@both
@settings(deadline=None, max_examples=30)
@given(declared=spec_clusters())
def test_a_service_more_or_less_changes_only_its_own_lines(generation: Generation, declared: Cluster) -> None:
    volumes = [service for service in declared.services if service.volume]
    for gone in declared.services:
        fewer = without(declared, gone.name)
        for service in volumes:
            if service is not gone:
                assert drbd_resource(fewer, service, generation) == drbd_resource(declared, service, generation)
    assert len({service.volume.minor for service in volumes if service.volume}) == len(volumes)


@both
def test_writes_are_frozen_only_where_somebody_can_end_it(generation: Generation) -> None:
    board = Device("board", "fence_ipmilan", ("qsp-a", "qsp-b"))
    fenced = replace(cluster(LOGGING), fencing=DeviceFencing((board,)))
    assert "fencing resource-and-stonith;" in render.drbd_resources(fenced, generation)
    assert "fencing resource-only;" in render.drbd_resources(cluster(LOGGING), generation)


@pytest.mark.parametrize("path", ["/dev/vdb; } common {", "/dev/v db", '/dev/"', "/dev/vdb\n", ""])
def test_no_value_breaks_out(path: str) -> None:
    odd = replace(LOGGING, volume=Volume((("qsp-a", "/dev/vdb"), ("qsp-b", path)), "/srv/squid", 1))
    with pytest.raises(ValueError, match="break out"):
        render.drbd_resources(cluster(odd), Generation.EIGHT)


def test_a_service_without_a_volume_has_no_resource() -> None:
    with pytest.raises(ValueError, match="squid has no volume"):
        drbd_resource(cluster(), SQUID, Generation.EIGHT)


def test_the_mount_comes_right_before_the_unit_and_alone_waits_for_the_promotion() -> None:
    live = render.cib(cluster(LOGGING))
    assert live.index('"squid-vip"') < live.index('"squid-mount"') < live.index('"squid-unit"')
    assert 'first="squid-mirror" first-action="promote" then="squid-mount"' in live


def test_the_mount_comes_before_the_unit_also_without_an_address() -> None:
    bare = Service("news", "inn.service", volume=Volume(DISKS, "/srv/news", 1))
    live = render.cib(cluster(bare))
    assert live.index('"news-mount"') < live.index('"news-unit"')
    assert render.merged(live, cluster(bare)) == live


BARRED = (
    '<rsc_location rsc="squid-mirror" id="drbd-fence-by-handler-squid-squid-mirror">'
    '<rule role="Master" score="-INFINITY" id="drbd-fence-by-handler-squid-rule-squid-mirror">'
    '<expression attribute="#uname" operation="ne" value="qsp-a" id="drbd-fence-by-handler-squid-expr-squid-mirror"/>'
    "</rule></rsc_location>"
)


def test_what_drbd_says_of_a_stale_side_is_nobody_else_s_to_change() -> None:
    declared = cluster(LOGGING)
    live = render.cib(declared).replace("</constraints>", f"{BARRED}</constraints>")
    assert render.differences(live, declared) == ()
    assert render.foreign(live, declared) == ()
    preferring = cluster(replace(LOGGING, prefer="qsp-b"))
    merged = render.merged(live, preferring)
    assert merged.count('id="drbd-fence-by-handler-squid-squid-mirror"') == 1
    assert merged.count('id="squid-prefers-qsp-b"') == 1
    assert render.differences(merged, preferring) == ()
