"""Thirty times something is done to a volume that a program writes to: what the program was told to be on the disk is there after each.

The nodes are fenced by a disk that they share, so both rings may be cut.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.model.volume import PORT
from tests.cluster.conftest import Teller, test_lab_name
from tests.vm.story import DISK, TOOL, VOLUME, Story, fenced_by, waited_for

# Where the processor is emulated; a fifth of it elsewhere.
pytestmark = [pytest.mark.timeout(2400), pytest.mark.only_all("thirty cycles of a volume in virtual machines")]

COUNT = 30
PATIENCE = 900.0  # seconds; a node that was reset boots for minutes where it is emulated
FILLER = "/srv/squid/filler"


# Takes all the space that there is, root's share too, without writing to it.
_FILL = """\
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
for step in (1 << 24, 1 << 20, 1 << 16, 1 << 12):
    try:
        while True:
            os.posix_fallocate(file, os.fstat(file).st_size, step)
    except OSError:
        pass
"""


def switched(story: Story, place: str, other: str) -> str:
    """Move the service as an operator does, while the program writes: it is ended with the file system."""
    with story.writing(100):
        story.hakit.on(place, "crm_resource", "--move", "--resource=squid", f"--node={other}", "--lifetime=PT10M")
        waited_for(
            lambda: f" {layout.VIP}/" in story.hakit.on(other, "ip", "-brief", "address"),
            "the other has it",
            seconds=PATIENCE,
        )
    story.hakit.on(other, "crm_resource", "--clear", "--resource=squid")
    return other


def powerless(story: Story, place: str, other: str) -> str:
    """Take the power from the node with the service."""
    with story.writing(100):
        story.lab.power_off(place)
    waited_for(story.serves, "the other node serves", seconds=PATIENCE)
    story.lab.power_on(place, Teller())
    return other


def replication_cut(story: Story, place: str, other: str) -> str:
    """Cut the ring of the replication, and write on: the standby is barred, and gets by bitmap what it lacks."""
    with story.writing(100):
        story.lab.cut(other, 1)
        waited_for(
            lambda: "Outdated" in story.hakit.on(place, "cat", "/proc/drbd"), "the standby is barred", seconds=PATIENCE
        )
    assert story.serves()
    story.lab.heal(other, 1)
    return place


def cut_off(story: Story, place: str, other: str) -> str:
    """Cut both rings: the node without the service is reset, and the writer goes on once that is known."""
    boots = {node: story.boot(node) for node in (place, other)}
    with story.writing(100):
        for ring in (0, 1):
            story.lab.cut(place, ring)
        waited_for(lambda: story.boot(other) not in {"", boots[other]}, "the other was reset", seconds=PATIENCE)
    for ring in (0, 1):
        story.lab.heal(place, ring)
    waited_for(lambda: story.boot(place) != "", "the node with the service answers")
    assert story.boot(place) == boots[place], "the node with the service was reset"
    return place


def full(story: Story, place: str, other: str) -> str:  # noqa: ARG001 - it has the same data
    """Fill the volume under the writer."""
    with story.writing(100):
        story.hakit.on(place, "python3", "-c", _FILL, FILLER)
        assert story.hakit.on(place, "df", "--output=avail", "/srv/squid").split()[-1] == "0"
        assert "HK337" in story.codes()
    story.hakit.on(place, "rm", FILLER)
    assert "HK337" not in story.codes()
    waited_for(story.serves, "squid has outlived it", seconds=PATIENCE)
    return place


def source_lost(story: Story, place: str, other: str) -> str:
    """Take the power from the node with the service while the other is brought up to date: that one must not take over."""
    with story.writing(100):
        story.lab.cut(other, 1)
        waited_for(
            lambda: "Outdated" in story.hakit.on(place, "cat", "/proc/drbd"), "the standby is barred", seconds=PATIENCE
        )
        story.hakit.on(place, "sh", "-c", f"head -c 120M /dev/zero > {FILLER}; sync {FILLER}")
        # Slow enough to be met half way.
        story.hakit.on(
            other, "drbdsetup", "disk-options", str(PORT), "--c-max-rate=2M", "--resync-rate=1M", "--c-min-rate=1M"
        )
        story.lab.heal(other, 1)
        waited_for(
            lambda: "SyncTarget" in story.hakit.on(other, "cat", "/proc/drbd"), "it catches up", seconds=PATIENCE
        )
        story.lab.power_off(place)
    waited_for(
        lambda: "cs:WFConnection" in story.hakit.on(other, "cat", "/proc/drbd"), "it has noticed", seconds=PATIENCE
    )
    assert "ds:Inconsistent" in story.hakit.on(other, "cat", "/proc/drbd"), "it came through before the loss"
    story.hakit.on(other, "crm_resource", "--wait", "--timeout=120s")
    assert not story.serves(), "half of the data must not be served"
    assert "Secondary/Unknown" in story.hakit.on(other, "cat", "/proc/drbd")
    story.lab.power_on(place, Teller())
    waited_for(story.serves, "the one that has all the data serves again", seconds=PATIENCE)
    story.hakit.on(other, "drbdadm", "adjust", "squid")
    story.hakit.on(place, "rm", FILLER)
    return place


KINDS: tuple[Callable[[Story, str, str], str], ...] = (
    powerless, replication_cut, cut_off, switched, powerless, full, source_lost, switched,
)  # fmt: skip


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Two machines with a volume and with SBD."""
    name = test_lab_name("cycles")
    try:
        lab = Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True)
        # Three times the usual timeout: an emulated machine may be kept waiting by this one.
        fenced_by(lab, f"{{ disks: [{DISK}], timeout: 15 }}")
        spec = Path(lab.spec)
        spec.write_text(spec.read_text() + VOLUME)
        made = Story(lab)
        made.hakit.must("bootstrap", "--yes", *TOOL, made.hakit.spec)
        yield made
    finally:
        Lab.down(name)


@pytest.mark.parametrize(
    ("number", "kind"),
    list(enumerate(itertools.islice(itertools.cycle(KINDS), COUNT))),
    ids=lambda each: getattr(each, "__name__", each),
)
def test_what_was_acknowledged_is_there(story: Story, number: int, kind: Callable[[Story, str, str], str]) -> None:  # noqa: ARG001 - its name
    before = len(story.written)
    place = kind(story, story.place, story.other)
    waited_for(story.whole, "both sides have everything", seconds=PATIENCE)
    waited_for(lambda: story.place == place, f"the service is on {place}", seconds=PATIENCE)
    assert len(story.written) == before + 1, "and a program wrote meanwhile"
    assert story.lost(place) == []
    waited_for(story.serves, "and it serves")
