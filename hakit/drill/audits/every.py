"""All audits, the one that matters most first."""

from __future__ import annotations

from hakit.drill.audit import Audit, Evidence
from hakit.drill.audits import constraints, failures, log_errors, quorum, same_cib, serving, vip_once
from hakit.report.record import Judgement

AUDITS: tuple[Audit, ...] = (
    vip_once.audit,
    serving.audit,
    quorum.audit,
    same_cib.audit,
    constraints.audit,
    failures.audit,
    log_errors.audit,
)


def judged(evidence: Evidence) -> tuple[Judgement, ...]:
    """Have every audit judge."""
    return tuple(audit(evidence) for audit in AUDITS)
