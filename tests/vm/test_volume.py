"""Phase 3 of the scenario in virtual machines: squid's logs lie on a volume that the kernel's own DRBD keeps alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from tests.cluster.conftest import Teller, test_lab_name
from tests.vm.story import TOOL, VOLUME, Story, waited_for

# All on an emulated processor.
pytestmark = [pytest.mark.timeout(2400), pytest.mark.only_all("a volume in virtual machines")]

BEFORE = "/var/log/squid.before-hakit"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    name = test_lab_name("vol")
    try:
        yield Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True)
    finally:
        Lab.down(name)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    spec = Path(lab.spec)
    spec.write_text(spec.read_text() + VOLUME)
    return Story(lab)


def test_a_device_with_data_is_refused(story: Story) -> None:
    story.hakit.on("qsp-b", "mkfs.ext4", "-q", "-L", "precious", "/dev/vdb")
    refused = story.hakit("bootstrap", "--yes", *TOOL, story.hakit.spec)
    assert refused.code != 0
    assert "not blank: ext4 'precious'" in refused.err
    assert story.hakit.on("qsp-a", "ls", "/etc/drbd.d") == "global_common.conf"
    story.hakit.on("qsp-b", "wipefs", "--all", "/dev/vdb")
    refused = story.hakit("bootstrap", "--yes", *TOOL, story.hakit.spec)
    assert "not blank: data of an unknown kind" in refused.err
    story.hakit.on("qsp-b", "blkdiscard", "--zeroout", "/dev/vdb")


def test_bootstrap_makes_the_volume_and_moves_the_logs(story: Story) -> None:
    story.hakit.on("qsp-a", "sh", "-c", "echo old > /var/log/squid/old.log")
    done = story.hakit.must("bootstrap", "--yes", *TOOL, story.hakit.spec)
    assert "verified" in done.err
    assert story.whole()
    assert story.codes() <= {"HK338", "HK350"}, story.status
    place, other = story.place, story.other
    assert story.hakit.on(place, "findmnt", "--noheadings", "--output=SOURCE,FSTYPE", "/srv/squid").split() == [
        "/dev/drbd7788", "ext4",
    ]  # fmt: skip
    for node in (place, other):
        assert story.hakit.on(node, "readlink", "/var/log/squid") == "/srv/squid/log"
        assert story.hakit.on(node, "stat", "--format=%U", BEFORE) == "proxy"
    assert story.hakit.on(place, "cat", "/var/log/squid/old.log") == "old"
    again = story.hakit.must("bootstrap", "--yes", *TOOL, story.hakit.spec)
    assert "nothing to do" in again.err + again.out


def test_the_log_follows_the_service_there_and_back(story: Story) -> None:
    story.fetch(20)
    first = story.place
    for _ in range(2):
        target = story.other
        story.hakit.must("switchover", "squid", "--spec", story.hakit.spec)
        assert story.place == target
        assert story.logged(target) == story.fetched
        story.fetch(20)
    assert story.place == first
    assert story.logged(first) == story.fetched


def test_a_standby_that_was_cut_off_is_barred_until_it_has_everything(story: Story) -> None:
    place, other = story.place, story.other
    story.lab.cut(other, 1)
    waited_for(lambda: story.sides[other]["disk"] != "UpToDate", "the standby knows that it is stale")
    story.fetch(20)
    assert story.place == place
    assert "HK325" in story.codes()
    refused = story.hakit("switchover", "squid", "--to", other, "--spec", story.hakit.spec)
    assert refused.code != 0
    assert "its data on" in refused.err, refused
    story.lab.heal(other, 1)
    waited_for(story.whole, "it has caught up")
    waited_for(lambda: not story.codes() - {"HK338", "HK350"}, "nothing is left to say")
    story.hakit.must("switchover", "squid", "--spec", story.hakit.spec)
    assert story.logged(story.place) == story.fetched


def test_every_acknowledged_write_outlives_the_loss_of_power(story: Story) -> None:
    place, other = story.place, story.other
    story.fetch(5)
    with story.writing(100):
        story.lab.power_off(place)
    waited_for(story.serves, "the other node serves")
    assert story.place == other
    assert story.lost(other) == []
    assert set(story.fetched) <= set(story.logged(other))
    story.lab.power_on(place, Teller())
    waited_for(story.whole, "the one that was lost has caught up")
    assert story.place == other, "it doesn't go back by itself"


def test_a_split_brain_is_told_and_ended_by_a_person(story: Story) -> None:
    place, other = story.place, story.other
    # The constraint by which DRBD bars the stale side is what usually prevents this; here it is taken away on purpose.
    story.lab.cut(other, 1)
    waited_for(lambda: story.sides[other]["connection"] != "Connected", "they are apart")
    story.hakit.on(other, "drbdadm", "disconnect", "squid")
    story.hakit.on(other, "drbdadm", "primary", "--force", "squid")
    story.hakit.on(other, "mkdir", "--parents", "/mnt/split")
    story.hakit.on(other, "mount", "/dev/drbd7788", "/mnt/split")
    story.hakit.on(other, "sh", "-c", "echo alone > /mnt/split/alone; sync; umount /mnt/split")
    story.hakit.on(other, "drbdadm", "secondary", "squid")
    story.fetch(5)
    story.lab.heal(other, 1)
    story.hakit.on(other, "drbdadm", "connect", "squid")
    waited_for(lambda: "HK324" in story.codes(), "status calls it a split brain")
    told = story.hakit("volume", "resync", "squid", "--spec", story.hakit.spec)
    assert told.code != 0
    assert "hakit volume resolve squid --keep NODE" in told.err
    story.hakit.must("volume", "resolve", "squid", "--keep", place, "--yes", "--spec", story.hakit.spec)
    assert story.whole()
    assert story.hakit.on(other, "sh", "-c", "cat /var/lib/hakit/dropped/squid-*/alone") == "alone"
    assert story.logged(place) == story.fetched
    story.hakit.must("switchover", "squid", "--spec", story.hakit.spec)
    assert story.logged(other) == story.fetched


def test_destroy_gives_the_directories_back_and_keeps_the_data(story: Story) -> None:
    story.hakit.must("destroy", "--yes", story.hakit.spec)
    for node in story.lab.nodes:
        assert story.hakit.on(node.name, "stat", "--format=%F", "/var/log/squid") == "directory"
        assert story.hakit.on(node.name, "sh", "-c", "ls -d /var/log/squid.* || true") == ""
        assert "drbd" in story.hakit.on(node.name, "wipefs", "--no-act", "/dev/vdb")
    assert story.hakit.on("qsp-a", "cat", "/var/log/squid/old.log") == "old"
    story.hakit.must("bootstrap", "--yes", *TOOL, story.hakit.spec)
    assert set(story.fetched) <= set(story.logged(story.place)), "the volume's data were kept, and are used again"
