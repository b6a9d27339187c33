"""Without fencing, a standby that is cut off from its peer, but not from the clients' network, leaves its side as it is.

Both are called lost by the other, and either could promote its side. The address's own agent finds it answered for, and nothing
is promoted without the address (docs/decisions/0115-the-address-comes-first.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from tests.cluster.conftest import Teller, test_lab_name
from tests.vm.story import TOOL, VOLUME, Story, waited_for

pytestmark = [pytest.mark.timeout(1500), pytest.mark.only_all("a cut between the machines of a volume")]

# What Corosync says by the clients' ring, and all of the other ring, where DRBD's replication is.
_CUT = (
    ("tc", "qdisc", "add", "dev", "eth0", "clsact"),
    [
        "tc",
        "filter",
        "add",
        "dev",
        "eth0",
        "ingress",
        "protocol",
        "ip",
        "u32",
        "match",
        "ip",
        "dport",
        "5405",
        "0xffff",
        "action",
        "drop",
    ],
    ("tc", "qdisc", "add", "dev", "eth1", "clsact"),
    [
        "tc",
        "filter",
        "add",
        "dev",
        "eth1",
        "ingress",
        "protocol",
        "all",
        "u32",
        "match",
        "u32",
        "0",
        "0",
        "action",
        "drop",
    ],
)
_HEALED = tuple(("tc", "qdisc", "del", "dev", nic, "clsact") for nic in ("eth0", "eth1"))


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Two machines with squid and its volume, without fencing."""
    name = test_lab_name("apart")
    try:
        lab = Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True)
        spec = Path(lab.spec)
        spec.write_text(spec.read_text() + VOLUME)
        made = Story(lab)
        made.hakit.must("bootstrap", "--yes", *TOOL, made.hakit.spec)
        yield made
    finally:
        Lab.down(name)


def refused(story: Story, node: str) -> list[str]:
    """Return what Pacemaker says there of starts of the address that have failed."""
    return [each for each in story.hakit.on(node, "crm_mon", "--one-shot").splitlines() if "vip start on" in each]


def test_a_standby_that_is_cut_off_promotes_nothing_while_somebody_answers_for_the_address(story: Story) -> None:
    place, other = story.place, story.other
    with story.writing(40):
        for node in (place, other):
            for command in _CUT:
                story.hakit.on(node, *command)
        waited_for(
            lambda: f"still has {layout.VIP}" in story.hakit.on(other, "crm_mon", "--one-shot"),
            "the standby asks for the address",
        )
    assert story.serves()
    # Through the second try, half a minute later.
    first = refused(story, other)
    waited_for(lambda: refused(story, other) not in ([], first), "it is tried again")
    assert "Secondary/Unknown" in story.hakit.on(other, "cat", "/proc/drbd")
    assert "Primary/Unknown" in story.hakit.on(place, "cat", "/proc/drbd")
    assert story.serves()

    for node in (place, other):
        for command in _HEALED:
            story.hakit.on(node, *command)
    waited_for(story.whole, "both sides are alike again, by themselves")
    waited_for(lambda: "drbd-fence" not in story.hakit.on(place, "cibadmin", "--query"), "the standby is let in again")
    assert (story.place, story.serves()) == (place, True)
    assert story.lost(place) == []

    # As it advises: it is forgotten half a minute after the last try, or now.
    story.hakit.must("cleanup", "squid", "--spec", story.hakit.spec)
    story.hakit.must("switchover", "squid", "--to", other, "--spec", story.hakit.spec)
    assert story.lost(other) == []


def test_a_dead_node_is_replaced_all_the_same(story: Story) -> None:
    place, other = story.place, story.other
    with story.writing(40):
        story.lab.power_off(place)
    waited_for(story.serves, "the other node serves")
    assert story.place == other
    assert story.lost(other) == []
