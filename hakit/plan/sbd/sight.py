"""What was seen of SBD: whether a node has it as wanted, whether its disks have their headers, who still has it from before."""

from __future__ import annotations

from collections.abc import Mapping

from hakit.model import SbdFencing, sbd
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.sbd import Header
from hakit.plan.seen import Seen
from hakit.plan.wanted import Wanted
from hakit.render import sbd as files


def differs(wanted: Wanted, seen: Seen, name: str) -> bool:
    """Say whether the node's sbd would start otherwise than the spec says."""
    fencing, host = wanted.cluster.fencing, seen.hosts[name]
    if isinstance(fencing, SbdFencing):
        texts = (host.sbd.file, host.sbd.drop_in)
        goal = (files.merged(host.sbd.file, wanted.cluster, fencing), files.drop_in(wanted.cluster, fencing))
        return texts != goal or not host.units[sbd.UNIT].enabled
    return ours(seen, name) and host.units[sbd.UNIT].enabled


def ours(seen: Seen, name: str) -> bool:
    """Say whether hakit has set SBD up on the node at some time."""
    record = seen.nodes[name].record
    return record is not None and record.cluster == seen.cluster.name and sbd.UNIT in record.units


def headers(facts: Mapping[str, HostFacts], disk: str) -> dict[str, Header]:
    """Give the header that each node sees on a disk; nothing of a node that sees none."""
    found = {name: known.header for name, host in facts.items() if (known := host.sbd.disks.get(disk))}
    return {name: header for name, header in found.items() if header}
