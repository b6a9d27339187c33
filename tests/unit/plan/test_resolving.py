"""A split brain of a volume: what is done to end it, and when nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.core import HakitError, shown
from hakit.model import Volume
from hakit.observe.drbd import Side
from hakit.observe.host.volumes import Volumes
from hakit.plan.health import volumes
from hakit.plan.health.volumes import VolumeApart, VolumeBehind, VolumeFull, VolumeLost, VolumeSplit
from hakit.plan.seen import Seen
from hakit.plan.volume import resolving
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

VOLUME = Volume((("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdc")), "/srv/squid", 1)
WANTED = replace(SQUID, volume=VOLUME)
WHOLE = Side("Connected", "Primary", "Secondary", "UpToDate", "UpToDate")
OTHER = Side("Connected", "Secondary", "Primary", "UpToDate", "UpToDate")
SPLIT = (
    Side("StandAlone", "Primary", "Unknown", "UpToDate", "DUnknown", 512),
    Side("WFConnection", "Secondary", "Unknown", "UpToDate", "DUnknown", 64),
)


@pytest.fixture(scope="module")
def healthy() -> Seen:
    return running.seen()


def with_sides(healthy: Seen, *sides: Side | None) -> Seen:
    found = {
        name: replace(host, volumes=Volumes(sides={7788: side} if side else {}))
        for (name, host), side in zip(healthy.hosts.items(), sides, strict=True)
    }
    return replace(healthy, cluster=cluster(WANTED), hosts=found)


def lines(seen: Seen, keep: str, *, copy: bool) -> list[tuple[str, str]]:
    stages = resolving.resolve(seen, "squid", keep, "NOW", copy=copy)
    return [(step.host, shown(action)) for stage in stages for step in stage.steps for action in step.actions]


def test_one_side_is_copied_and_dropped_and_the_other_waits_for_it(healthy: Seen) -> None:
    assert lines(with_sides(healthy, *SPLIT), "qsp-a", copy=True) == [
        ("qsp-b", "mkdir --parents --mode=0700 -- /var/lib/hakit/dropped /var/lib/hakit/peek"),
        ("qsp-b", "umount -- /var/lib/hakit/peek"),
        ("qsp-b", "drbdadm detach squid"),
        ("qsp-b", "mount --options ro,noload --types ext4 -- /dev/vdc /var/lib/hakit/peek"),
        ("qsp-b", "cp --archive --no-target-directory -- /var/lib/hakit/peek /var/lib/hakit/dropped/squid-NOW"),
        ("qsp-b", "umount -- /var/lib/hakit/peek"),
        ("qsp-b", "drbdadm attach squid"),
        ("qsp-b", "drbdadm disconnect squid"),
        ("qsp-b", "drbdadm connect --discard-my-data squid"),
        ("qsp-a", "drbdadm connect squid"),
    ]


def test_without_a_copy_it_says_so(healthy: Seen) -> None:
    stages = resolving.resolve(with_sides(healthy, *SPLIT), "squid", "qsp-a", "NOW", copy=False)
    assert [(step.host, step.final) for stage in stages for step in stage.steps] == [("qsp-b", True), ("qsp-a", False)]
    assert "with no copy" in stages[0].steps[0].why


def test_the_side_that_serves_is_not_dropped_under_the_service(healthy: Seen) -> None:
    with pytest.raises(HakitError, match="squid runs on qsp-a with the data that would be dropped"):
        lines(with_sides(healthy, *SPLIT), "qsp-b", copy=True)


@pytest.mark.parametrize(
    ("sides", "said"),
    [((WHOLE, OTHER), "don't stand apart"), ((SPLIT[0], None), "not up on both nodes")],
    ids=["whole", "one is down"],
)
def test_nothing_is_done_where_there_is_no_split(
    healthy: Seen, sides: tuple[Side | None, Side | None], said: str
) -> None:
    with pytest.raises(HakitError, match=said):
        lines(with_sides(healthy, *sides), "qsp-a", copy=True)


def test_a_service_without_a_volume_is_told(healthy: Seen) -> None:
    with pytest.raises(HakitError, match="squid has no volume"):
        resolving.chosen(healthy.cluster, "squid")


def test_what_is_told_of_a_volume(healthy: Seen) -> None:
    apart = Side("WFConnection", "Primary", "Unknown", "UpToDate", "DUnknown")
    old = Side("WFConnection", "Secondary", "Unknown", "Outdated", "DUnknown")
    source = Side("SyncSource", "Primary", "Secondary", "UpToDate", "Inconsistent", 4096, 2048, 2)
    target = Side("SyncTarget", "Secondary", "Primary", "Inconsistent", "UpToDate", 4096, 2048, 2)
    bare = Side("Connected", "Secondary", "Primary", "Diskless", "UpToDate")

    def told(*sides: Side | None) -> list[object]:
        return list(volumes.check(with_sides(healthy, *sides)))

    assert told(WHOLE, OTHER) == []
    assert told(*SPLIT) == [VolumeSplit(service="squid", nodes=("qsp-a",))]
    assert told(apart, old) == [
        VolumeApart(service="squid", node="qsp-a", connection="WFConnection", disk="UpToDate", ring=1),
        VolumeApart(service="squid", node="qsp-b", connection="WFConnection", disk="Outdated", ring=1),
    ]
    how = "4.0 MiB to go at 2.0 MiB/s, 2 s left"
    assert told(source, target) == [VolumeBehind(service="squid", node="qsp-b", how=how)]
    assert told(WHOLE, bare) == [VolumeLost(service="squid", node="qsp-b", what="has no device any more (Diskless)")]


@pytest.mark.parametrize(
    ("left", "used"), [(21, None), (20, None), (19, 91), (0, 100)], ids=["much", "a tenth", "less", "nothing"]
)
def test_a_volume_that_fills_up_is_told(healthy: Seen, left: int, used: int | None) -> None:
    seen = with_sides(healthy, WHOLE, OTHER)
    spaces = {"/srv/squid": (200 << 20, left << 20)}
    first = seen.hosts["qsp-a"]
    host = replace(first, volumes=replace(first.volumes, spaces=spaces))
    seen = replace(seen, hosts={**seen.hosts, "qsp-a": host})
    full = VolumeFull(service="squid", node="qsp-a", mount="/srv/squid", used=used, left=left) if used else None
    assert list(volumes.check(seen)) == ([full] if full else [])


def test_who_must_not_take_over(healthy: Seen) -> None:
    target = Side("SyncTarget", "Secondary", "Primary", "Inconsistent", "UpToDate", 4096)
    assert volumes.stale(with_sides(healthy, WHOLE, OTHER), WANTED, "qsp-b") == ""
    assert volumes.stale(with_sides(healthy, WHOLE, None), WANTED, "qsp-b") == "the volume is down on qsp-b"
    assert "inconsistent (4.0 MiB to go)" in volumes.stale(with_sides(healthy, WHOLE, target), WANTED, "qsp-b")
    assert "no connection" in volumes.stale(with_sides(healthy, *SPLIT), WANTED, "qsp-b")
    assert volumes.stale(healthy, SQUID, "qsp-b") == ""


def test_who_was_cut_off_doesn_t_know_that_it_is_stale_but_the_primary_does(healthy: Seen) -> None:
    knows = Side("WFConnection", "Primary", "Unknown", "UpToDate", "Outdated")
    cut = Side("WFConnection", "Secondary", "Unknown", "UpToDate", "DUnknown")
    seen = with_sides(healthy, knows, cut)
    assert volumes.stale(seen, WANTED, "qsp-b") == "its data on qsp-b are outdated"
    told = [each for each in volumes.check(seen) if isinstance(each, VolumeApart)]
    assert [(each.node, each.disk) for each in told] == [("qsp-a", "UpToDate"), ("qsp-b", "Outdated")]
