"""Services with a volume: a group that mounts it, and the clone that replicates it, as hakit made both."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.kinds import MOUNT, kind, members


def pairs(tops: Sequence[etree._Element], known: Collection[str]) -> dict[str, etree._Element]:
    """Give each such group, by its id, its clone. `known` are the services of which a host's file says what the volume is."""
    groups = {each.get("id", ""): each for each in tops if each.tag == "group"}
    found: dict[str, etree._Element] = {}
    for clone in (each for each in tops if each.tag in {"clone", "master"}):
        inner = members(clone)
        name = meaning.parameters(inner[0]).get("drbd_resource", "") if len(inner) == 1 else ""
        mirrors = len(inner) == 1 and meaning.agent(inner[0]) == "ocf:linbit:drbd"
        if mirrors and name in known and name in groups and mount(groups[name]) is not None:
            found[name] = clone
    return found


def mount(group: etree._Element) -> etree._Element | None:
    """Return the group's mount, if it has a single one."""
    mounts = [each for each in members(group) if kind(each) == MOUNT]
    return mounts[0] if len(mounts) == 1 else None
