"""All findings about a running cluster."""

from __future__ import annotations

from hakit.core import Finding, Severity
from hakit.plan.health import decisions, fencing, guard, nodes, pauses, quorum, rings, sbd, services, traces, volumes
from hakit.plan.seen import Seen

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def findings(seen: Seen) -> tuple[Finding, ...]:
    """Give what is not as it should be, the heaviest first. Errors mean that something doesn't serve as declared."""
    found = (
        found
        for topic in (nodes, quorum, rings, pauses, fencing, sbd, guard, services, volumes, traces, decisions)
        for found in topic.check(seen)
    )
    return tuple(sorted(found, key=lambda finding: _WEIGHT[finding.severity]))
