"""No constraint is left that would steer the service later."""

from __future__ import annotations

from hakit import render
from hakit.drill.audit import Evidence
from hakit.report.record import Judgement

NAME = "no leftover constraint"


def audit(evidence: Evidence) -> Judgement:
    """Look for what moves and bans leave in the CIB."""
    cib = next(iter(evidence.cibs.values()), "")
    if not cib:
        return Judgement(NAME, ok=False, words="no node shows its CIB")
    left = render.leftovers(cib)
    return Judgement(NAME, ok=not left, words=f"left: {', '.join(left)}" if left else "none")
