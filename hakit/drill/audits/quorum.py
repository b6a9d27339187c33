"""Quorum on every node."""

from __future__ import annotations

from hakit.drill.audit import Evidence
from hakit.report.record import Judgement

NAME = "quorum"


def audit(evidence: Evidence) -> Judgement:
    """Ask Corosync on every node, and Pacemaker once."""
    without = [node.name for node in evidence.scene.cluster.nodes if not evidence.quorate.get(node.name)]
    if without or not evidence.state.quorate:
        return Judgement(NAME, ok=False, words=f"none on {', '.join(without) or 'the controller'}")
    return Judgement(NAME, ok=True, words="on every node")
