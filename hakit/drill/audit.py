"""What every audit is: a question put to what was seen during a fault and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.observe.crm_mon import ClusterState
from hakit.observe.logs import Line
from hakit.report.record import Judgement, Trial


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known once a fault is healed: the trial as far as it went, the state, CIBs and logged errors by node.

    `units` says where the unit of the service runs now, by systemd's word.
    """

    scene: Scene
    fault: Fault
    trial: Trial
    state: ClusterState
    cibs: Mapping[str, str]
    quorate: Mapping[str, bool]
    errors: tuple[Line, ...]
    units: Mapping[str, bool] = field(default_factory=dict)


class Audit(Protocol):
    """One function in a file of its own, listed in `drill.audits.every`."""

    def __call__(self, evidence: Evidence) -> Judgement:
        """Judge."""
