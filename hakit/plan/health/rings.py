"""Every ring between every two nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.plan.seen import Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class RingDown(Finding):
    """One ring doesn't connect two nodes."""

    code = "HK320"
    severity = Severity.WARNING
    matters = "The service goes on over the other ring; when that breaks as well, the cluster splits."
    see = "corosync-cfgtool(8)"
    node: str
    peer: str
    ring: int
    left: int

    def text(self) -> str:
        """Say in one line what is so."""
        alone = "only one ring is left between them" if self.left == 1 else f"{self.left} rings are left"
        return f"ring {self.ring} is down between {self.node} and {self.peer}; {alone if self.left else 'none is left'}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"look at the network of ring {self.ring} on {self.node} and {self.peer}: cable, switch, firewall (5405/udp)"


@dataclass(frozen=True, kw_only=True, slots=True)
class OneRing(Finding):
    """The spec has a single ring."""

    code = "HK321"
    severity = Severity.NOTE
    matters = "A single cable or switch decides whether the nodes see each other."
    cure = "give the nodes a second network, and name it under rings"
    see = "corosync.conf(5), linknumber"

    def text(self) -> str:
        """Say in one line what is so."""
        return "the cluster has one ring only: one broken network takes it apart"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "give the nodes a second network, and name it under rings"


def check(seen: Seen) -> Iterator[Finding]:
    """Take each node's own word for its links; a link that one side calls down counts once."""
    if len(seen.cluster.rings) == 1:
        yield OneRing()
    names = {node.id: node.name for node in seen.cluster.nodes}
    down: set[tuple[str, str, int]] = set()
    for name in seen.running:
        for link in seen.nodes[name].links:
            peer = names.get(link.peer)
            # Where a peer doesn't run its links are down, which the nodes' findings say better.
            if peer and peer != name and peer in seen.running and not link.connected:
                first, second = sorted((name, peer))
                down.add((first, second, link.ring))
    for first, second, ring in sorted(down):
        lost = sum(1 for one in down if one[:2] == (first, second))
        yield RingDown(node=first, peer=second, ring=ring, left=len(seen.cluster.rings) - lost)
