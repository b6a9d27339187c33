"""Every failure that the cluster remembers is the fault's own doing."""

from __future__ import annotations

from hakit.drill.audit import Evidence
from hakit.report.record import Judgement

NAME = "failures explained"


def audit(evidence: Evidence) -> Judgement:
    """Compare fail counts with the nodes on which the fault lets things fail."""
    allowed = evidence.fault.explains(evidence.scene)
    counts = [each for each in evidence.state.history if each.fail_count]
    strange = [each for each in counts if each.node not in allowed]
    if strange:
        words = ", ".join(f"{each.resource} on {each.node}" for each in strange)
        return Judgement(NAME, ok=False, words=f"not this fault's doing: {words}")
    words = ", ".join(f"{each.resource} failed on {each.node}" for each in counts)
    return Judgement(NAME, ok=True, words=words or "none")
