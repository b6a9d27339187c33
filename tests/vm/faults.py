"""What may happen to a volume while a program writes on it: each breaks something, and waits until all is whole again."""

from __future__ import annotations

from collections.abc import Callable

from tests.cluster.conftest import Teller
from tests.vm.story import Story, waited_for

# How many lines are acknowledged before something breaks.
_LINES = 30
# Slow enough that a node can die while the other catches up.
_CRAWL = "global { usage-count no; }\ncommon { disk { c-plan-ahead 0; resync-rate 200k; } }\n"
_COMMON = "/etc/drbd.d/global_common.conf"


def switchover(story: Story) -> None:
    """Move the service; what writes on the volume is ended by that."""
    target = story.other
    with story.writing(_LINES):
        story.hakit.must("switchover", "squid", "--spec", story.hakit.spec)
    assert story.place == target


def power(story: Story) -> None:
    """Take the power from the node that writes; the other takes over, and stays."""
    place, other = story.place, story.other
    with story.writing(_LINES):
        story.lab.power_off(place)
    waited_for(story.serves, "the other node serves")
    assert story.place == other
    assert story.lost(other) == []
    back(story, place)
    assert story.place == other, "it doesn't go back by itself"


def standby_power(story: Story) -> None:
    """Take the power from the standby; what is written meanwhile is brought to it when it is back."""
    place, other = story.place, story.other
    with story.writing(_LINES):
        story.lab.power_off(other)
        waited_for(story.serves, "the service goes on", seconds=30)
    back(story, other)
    assert story.place == place


def cut(story: Story) -> None:
    """Cut the ring of the replication; the service goes on alone, and the standby catches up behind it."""
    place, other = story.place, story.other
    with story.writing(_LINES):
        story.lab.cut(other, 1)
        waited_for(lambda: story.sides[other]["disk"] != "UpToDate", "the standby knows that it is stale")
    story.lab.heal(other, 1)
    waited_for(story.whole, "it has caught up")
    waited_for(lambda: not story.codes() - {"HK350"}, "nothing is left to say")
    assert story.place == place


def primary_dies_during_resync(story: Story) -> None:
    """Take the power from the node that has all, while the other has half: that one must not serve, and it waits."""
    place, other = story.place, story.other
    before = story.hakit.on(other, "cat", _COMMON)
    story.hakit.put(other, _COMMON, _CRAWL)
    with story.writing(_LINES):
        story.lab.power_off(other)
        waited_for(lambda: story.sides[place]["connection"] != "Connected", "DRBD knows that it is alone")
        more(story, place, 12)
    story.lab.power_on(other, Teller())
    waited_for(lambda: story.sides[other]["disk"] == "Inconsistent", "it catches up")
    story.lab.power_off(place)
    waited_for(lambda: story.hakit.on(other, "crm_mon", "--one-shot").count("UNCLEAN") == 0, "its loss is known")
    # A node that has half of the data does not serve, for longer than any takeover takes.
    for _ in range(20):
        assert not story.serves()
        assert story.hakit.on(other, "drbdadm", "role", "squid").startswith("Secondary")
    story.hakit.on(other, "drbdadm", "disk-options", "--c-plan-ahead=20", "squid")
    back(story, place)
    waited_for(story.serves, "the node with all the data serves again")
    assert story.place == place
    story.hakit.put(other, _COMMON, before + "\n")


def more(story: Story, node: str, size: int) -> None:
    """Write so many MiB on the volume."""
    story.hakit.on(node, "dd", "if=/dev/urandom", "of=/srv/squid/bulk", "bs=1M", f"count={size}", "conv=fsync")


def back(story: Story, node: str) -> None:
    """Give the node its power, and wait until it has everything and nothing is left to say."""
    story.lab.power_on(node, Teller())
    waited_for(story.whole, f"{node} has caught up", seconds=400)
    waited_for(lambda: not story.codes() - {"HK350"}, "nothing is left to say", seconds=400)


FAULTS: dict[str, Callable[[Story], None]] = {
    each.__name__.replace("_", " "): each
    for each in (switchover, power, standby_power, cut, primary_dies_during_resync)
}
