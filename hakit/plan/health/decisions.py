"""Decisions of the spec that leave something unprotected, and what runs otherwise than the spec says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import Finding, Severity
from hakit.model import NoFencing
from hakit.plan.seen import Seen
from hakit.plan.wanted import with_nics


@dataclass(frozen=True, kw_only=True, slots=True)
class FencingOff(Finding):
    """There is no fencing, by decision."""

    code = "HK350"
    severity = Severity.NOTE
    matters = "It was decided in the spec, and this line keeps it from being forgotten."
    cure = "decide about fencing before the service matters; with `agent: vip` an address is taken over only when nobody answers for it"
    see = "docs/two-nodes.md"
    reason: str
    doubled: tuple[str, ...] = ()

    def text(self) -> str:
        """Say in one line what is so."""
        if self.doubled:
            more = f" and {len(self.doubled) - 1} more" if len(self.doubled) > 1 else ""
            what = f"when all rings break, both sides may run {self.doubled[0]}{more}"
        else:
            what = "a lost node's address is taken over once nobody answers for it, which a hung node still does"
        return f"fencing is off ({self.reason}): {what}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift(Finding):
    """The running cluster's CIB is not what the spec means."""

    code = "HK351"
    severity = Severity.WARNING
    matters = (
        "Somebody changed the cluster by hand; the next apply would undo it, and the spec no longer tells the truth."
    )
    differences: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the running cluster differs from the spec: {'; '.join(self.differences)}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "hakit plan shows what would change, hakit apply brings it to the spec; or put the change into the spec"


def check(seen: Seen) -> Iterator[Finding]:
    """Say what was decided, and what drifted."""
    if isinstance(seen.cluster.fencing, NoFencing):
        doubled = tuple(each.name for each in seen.cluster.services if not (each.vip and each.vip.asks))
        yield FencingOff(reason=seen.cluster.fencing.reason, doubled=doubled)
    if seen.running:
        live = seen.nodes[seen.running[0]].cib
        left = set(render.leftovers(live))
        found = render.differences(live, with_nics(seen.cluster, seen.hosts))
        kept = tuple(each for each in found if not any(name in each for name in left))
        if kept:
            yield Drift(differences=kept)
