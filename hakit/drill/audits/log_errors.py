"""Errors in the logs of Corosync and Pacemaker that no fault explains."""

from __future__ import annotations

import re

from hakit.drill.audit import Evidence
from hakit.report.record import Judgement

NAME = "log errors"
# What the daemons cry when a peer, or one of their own, was taken away from them is the fault itself, told by its victims.
_GRAVE = re.compile(r"segfault|core dumped|assert|out of memory|corrupt|Forked child .* signal", re.IGNORECASE)
# A node that joins is sent changes of a CIB that it doesn't have yet. Its fencer says so in these words and
# lives on (seen with Pacemaker 2.1.5: the same process, no restart).
_JOINING = re.compile(r"apply_v2_patchset: Triggered (fatal )?assert")


def audit(evidence: Evidence) -> Judgement:
    """Fail for what is never right; count the rest."""
    grave = [line for line in evidence.errors if _GRAVE.search(line.words) and not _JOINING.search(line.words)]
    if grave:
        return Judgement(NAME, ok=False, words=f"{grave[0].program}: {grave[0].words[:160]}")
    return Judgement(NAME, ok=True, words=f"none that is grave, {len(evidence.errors)} lines of priority error")
