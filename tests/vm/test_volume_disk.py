"""A disk below a volume fails under its service, and comes back; another is replaced by a new one while its node is off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.lab import qemu
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from tests.cluster.conftest import Teller, test_lab_name
from tests.vm.story import TOOL, VOLUME, Story, waited_for

# All on machines that may be slow.
pytestmark = [pytest.mark.timeout(2400), pytest.mark.only_all("a volume whose disk fails in virtual machines")]

# A device that can be made to fail lies between the node's disk and DRBD (dmsetup(8)).
DEVICE = "/dev/mapper/data"
SECTORS = (256 << 20) // 512


def table(kind: str) -> str:
    return f"0 {SECTORS} {'error' if kind == 'error' else 'linear /dev/vdb 0'}"


def make(story: Story, node: str) -> None:
    """Lay the device over the node's disk."""
    story.hakit.on(node, "dmsetup", "create", "data", "--table", table("linear"))
    story.hakit.on(node, "udevadm", "settle")


def become(story: Story, node: str, kind: str) -> None:
    """Let every access to the device fail (`error`), or none any more (`linear`)."""
    story.hakit.on(node, "dmsetup", "suspend", "--noflush", "data")
    story.hakit.on(node, "dmsetup", "load", "data", "--table", table(kind))
    story.hakit.on(node, "dmsetup", "resume", "data")


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Two machines with squid's volume."""
    name = test_lab_name("disk")
    try:
        lab = Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True)
        spec = Path(lab.spec)
        spec.write_text(spec.read_text() + VOLUME.replace("/dev/vdb", DEVICE))
        made = Story(lab)
        for node in lab.nodes:
            make(made, node.name)
        made.hakit.must("bootstrap", "--yes", *TOOL, made.hakit.spec)
        yield made
    finally:
        Lab.down(name)


def test_the_service_outlives_the_disk_of_its_node(story: Story) -> None:
    place, other = story.place, story.other
    story.fetch(5)
    with story.writing(100):
        become(story, place, "error")
        waited_for(lambda: story.sides[place]["disk"] == "Diskless", "DRBD lets the disk go")
    waited_for(lambda: story.place == other, "it moves to the node that has a disk")
    waited_for(story.serves, "and serves there")
    assert "HK327" in story.codes()
    assert story.lost(other) == []
    story.hakit.on(place, "dmsetup", "remove", "data")
    refused = story.hakit("volume", "resync", "squid", "--spec", story.hakit.spec)
    assert refused.code != 0
    assert f"there is no block device {DEVICE}" in refused.err, refused
    make(story, place)
    story.hakit.must("volume", "resync", "squid", "--spec", story.hakit.spec)
    assert story.whole()
    for node in (other, place):
        if story.place != node:
            story.hakit.must("switchover", "squid", "--to", node, "--spec", story.hakit.spec)
        assert story.lost(node) == []
        assert set(story.fetched) <= set(story.logged(node))


def test_a_new_disk_gets_everything(story: Story) -> None:
    place, other = story.place, story.other
    story.lab.power_off(other)
    disk = qemu.data(story.lab.layout, other)
    disk.write_bytes(b"")
    os.truncate(disk, 256 << 20)
    story.lab.power_on(other, Teller())
    waited_for(lambda: "HK327" in story.codes(), "the volume is down there", seconds=600)
    assert story.place == place
    make(story, other)
    story.hakit.on(other, "mkfs.ext4", "-q", "-L", "precious", DEVICE)
    refused = story.hakit("volume", "resync", "squid", "--spec", story.hakit.spec)
    assert refused.code != 0
    assert "not blank: ext4 'precious'" in refused.err, refused
    story.hakit.on(other, "blkdiscard", "--zeroout", DEVICE)
    with story.writing(100):
        pass  # not while it is filled: DRBD then makes way, down to 250 KiB/s (drbd.conf(5), c-min-rate)
    story.hakit.must("volume", "resync", "squid", "--spec", story.hakit.spec)
    assert story.whole()
    story.hakit.must("switchover", "squid", "--to", other, "--spec", story.hakit.spec)
    assert story.lost(other) == []
    assert set(story.fetched) <= set(story.logged(other))
