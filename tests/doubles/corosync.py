"""What a simulated Corosync takes over while it runs, and who is a member by its word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from hakit.observe import node as paths
from hakit.plan.changes import compare, conf
from hakit.plan.changes.compare import Takes
from hakit.plan.changes.conf import Conf
from tests.doubles.host import Host


@lru_cache(maxsize=256)
def parsed(text: str) -> Conf:
    return conf.parse(text)


def alike(one: Host, other: Host) -> bool:
    """Say whether both work with the same configuration, by its meaning, and the same key."""
    if one.loaded is None or other.loaded is None or one.loaded[1] != other.loaded[1]:
        return False
    return one.loaded == other.loaded or parsed(one.loaded[0]) == parsed(other.loaded[0])


def reload(host: Host, everyone: Sequence[Host]) -> None:
    """Let all that run with this host's configuration read theirs again; assert what Corosync would refuse."""
    ours = [each for each in everyone if each.running("corosync.service") and alike(each, host)]
    for each in ours:
        assert each.loaded is not None
        now, new = parsed(each.loaded[0]), parsed(each.text(paths.COROSYNC_CONF))
        assert not compare.changed_rings(now, new), f"{each.name}: Corosync refuses another address on a live ring"
        assert all(change.takes is Takes.RELOAD for change in compare.compare(now, new)), (
            f"{each.name} would not take it"
        )
        assert new == parsed(host.text(paths.COROSYNC_CONF)), f"{each.name} would load something else"
        assert now.rings & new.rings, f"{each.name} would be cut off"
    for each in ours:
        each.loaded = (each.text(paths.COROSYNC_CONF), each.text(paths.COROSYNC_KEY))
