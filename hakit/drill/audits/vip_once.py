"""The virtual IP on one node at most, at any time: by the nodes' own word and by ARP or NDP from the client."""

from __future__ import annotations

from hakit.drill.audit import Evidence
from hakit.report.record import Judgement, Sample

NAME = "VIP on one node"
# Two nodes' words within this time count as the same moment: they look every 50 ms, by clocks brought to one another.
_MOMENT = 0.15
# A node repeats itself every second; what it said longer ago says nothing.
_STALE = 1.5
_UNASKED = "the client could not ask its neighbours"


def audit(evidence: Evidence) -> Judgement:
    """Look for a time at which two nodes had it, and for two that claimed it to the client."""
    double = _double(evidence.trial.samples)
    claimed = [claim for claim in evidence.trial.claims if len(claim.macs) > 1]
    if double:
        start, length, nodes = double
        after = start - evidence.trial.injected
        return Judgement(
            NAME, ok=False, words=f"on {' and '.join(nodes)} for {length:.2f} s, {after:.1f} s after the fault"
        )
    if claimed:
        return Judgement(
            NAME, ok=False, words=f"claimed by {' and '.join(claimed[0].macs)} when the client asked its neighbours"
        )
    claims = evidence.trial.claims
    heard = sum(bool(claim.macs) for claim in claims)
    asked = f"{heard} answers when the client asked its neighbours {len(claims)} times" if claims else _UNASKED
    return Judgement(NAME, ok=True, words=f"{len(evidence.trial.samples)} looks on the nodes, {asked}")


def _double(samples: tuple[Sample, ...]) -> tuple[float, float, tuple[str, ...]] | None:
    """Find the longest time during which two nodes had it, if it is more than a moment."""
    last: dict[str, Sample] = {}
    since: float | None = None
    worst: tuple[float, float, tuple[str, ...]] | None = None
    for sample in samples:
        last[sample.node] = sample
        holders = tuple(sorted(n for n, s in last.items() if s.vip and sample.when - s.when <= _STALE))
        if len(holders) > 1:
            since = sample.when if since is None else since
            length = sample.when - since
            if length > _MOMENT and (worst is None or length > worst[1]):
                worst = (since, length, holders)
        else:
            since = None
    return worst
