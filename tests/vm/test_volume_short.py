"""In every run of the tests: a kernel's own DRBD takes what hakit writes for it, and loses nothing that was acknowledged.

Without a cluster, which takes a quarter of an hour on an emulated processor; with one: test_volume.py, test_volume_cycles.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from tests.cluster.command import Hakit
from tests.cluster.conftest import Teller, test_lab_name
from tests.vm.story import VOLUME, waited_for
from tests.vm.writing import lost, writing

# An image is made, and machines boot, all on an emulated processor.
pytestmark = pytest.mark.timeout(1200)

NODES = ("qsp-a", "qsp-b")
UP = "cs:Connected ro:Secondary/Secondary ds:UpToDate/UpToDate"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two machines with bookworm."""
    name = test_lab_name("short")
    try:
        yield Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True)
    finally:
        Lab.down(name)


def test_drbd_takes_hakits_file_and_what_was_acknowledged_outlives_the_loss_of_power(lab: Lab) -> None:
    hakit, written = Hakit(lab), dict[str, int]()
    spec = Path(lab.spec)
    spec.write_text(spec.read_text() + VOLUME)
    text = hakit.must("render-drbd", hakit.spec).out
    for node in NODES:
        hakit.put(node, "/etc/drbd.d/squid.res", text)
        for verb in ("create-md", "up"):
            hakit.on(node, "drbdadm", verb, "squid")
    state = lambda node: hakit.on(node, "cat", "/proc/drbd")  # noqa: E731
    waited_for(lambda: "cs:Connected" in state("qsp-a"), "the two sides meet")
    hakit.on("qsp-a", "drbdadm", "new-current-uuid", "--clear-bitmap", "squid/0")
    waited_for(lambda: all(UP in state(node) for node in NODES), "blank sides are alike without a synchronization")

    hakit.on("qsp-a", "drbdadm", "primary", "squid")
    hakit.on("qsp-a", "mkfs.ext4", "-q", "/dev/drbd7788")
    for node in NODES:
        hakit.on(node, "mkdir", "--parents", "/srv/squid")
    hakit.on("qsp-a", "mount", "/dev/drbd7788", "/srv/squid")
    with writing(lab, "qsp-a", "/srv/squid/written", 100, written):
        lab.power_off("qsp-a")
    waited_for(lambda: "cs:WFConnection" in state("qsp-b"), "the loss is noticed")
    # By force: that the other side is barred, Pacemaker's word for it would say, and there is none.
    hakit.on("qsp-b", "drbdadm", "primary", "--force", "squid")
    hakit.on("qsp-b", "mount", "/dev/drbd7788", "/srv/squid")
    assert hakit.on("qsp-b", "findmnt", "--noheadings", "--output=SOURCE,FSTYPE", "/srv/squid").split() == [
        "/dev/drbd7788", "ext4",
    ]  # fmt: skip
    assert lost(hakit.on, "qsp-b", written) == []
