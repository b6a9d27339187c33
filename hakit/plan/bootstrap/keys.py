"""The keys with which Corosync and Pacemaker trust each other."""

from __future__ import annotations

from hakit.core import Put
from hakit.observe import node
from hakit.plan.seen import Seen
from hakit.plan.wanted import Material

# Corosync's keys larger than this fail under FIPS; Pacemaker takes any size [field notes].
BYTES = 256
_COROSYNC = "0400 root:root"
_PACEMAKER = "0440 root:haclient"


def alike(seen: Seen) -> bool:
    """Say whether all nodes have the same keys, and nobody else can read them."""
    corosync = {facts.corosync_key for facts in seen.nodes.values()}
    pacemaker = {facts.pacemaker_key for facts in seen.nodes.values()}
    return (
        len(corosync) == len(pacemaker) == 1
        and corosync.pop().endswith(_COROSYNC)
        and pacemaker.pop().partition(" ")[2] in {_PACEMAKER, "0640 root:haclient", "0400 hacluster:haclient"}
    )


def put(material: Material) -> tuple[Put, ...]:
    """Give the actions that write both keys."""
    return (
        _key(node.COROSYNC_KEY, material.corosync_key, _COROSYNC),
        _key(node.PACEMAKER_KEY, material.pacemaker_key, _PACEMAKER),
    )


def _key(path: str, content: str, wanted: str) -> Put:
    mode, _, owner = wanted.partition(" ")
    return Put(path, content, mode=int(mode, 8), owner=owner, binary=True, backup=False)
