"""Nodes that stood still for a moment: what a shorter patience would have taken for dead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.observe import pauses
from hakit.plan.seen import Seen
from hakit.render.corosync import declared_after


@dataclass(frozen=True, kw_only=True, slots=True)
class StoodStill(Finding):
    """Corosync on a node was not let run for a good part of what its peers wait for."""

    code = "HK338"
    severity = Severity.NOTE
    matters = (
        "A node that says nothing for long enough is taken for dead: its services move, and with fencing it is reset."
    )
    cure = (
        "find out what lets it stand still (a snapshot or a move of the virtual machine, too little processor time);"
        " where that is to be borne, say a longer timing.token"
    )
    see = "cmap_keys(7), stats.schedmiss; corosync.conf(5), token"
    node: str
    times: int
    longest: float
    last: str
    coarse: float
    borne: float

    def text(self) -> str:
        """Say in one line what is so."""
        often = "once" if self.times == 1 else f"{self.times} times{' or more' if self.times == pauses.MOST else ''}"
        return (
            f"{self.node} stood still {often} since Corosync started there, last at {self.last} UTC, for up to {self.longest:.1f} s,"
            f" of which {self.coarse:.1f} may be too much; one that says nothing for {self.borne:.1f} s is taken for dead"
        )

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return self.cure


def check(seen: Seen) -> Iterator[Finding]:
    """Take each Corosync's own word."""
    for name in seen.running:
        found = seen.nodes[name].pauses
        if found:
            yield StoodStill(
                node=name,
                times=len(found),
                longest=max(each.seconds for each in found),
                last=f"{found[0].noticed:%Y-%m-%d %H:%M:%S}",
                coarse=pauses.coarse(seen.cluster.timing.token),
                borne=declared_after(seen.cluster) / 1000,
            )
