"""Whether hakit's agent would look after the services that the spec gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.model import Cluster
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight import units
from hakit.plan.preflight.units import OnUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentRefuses(OnUnit):
    """The agent's own validate-all says no; `exit_code` is one of the OCF standard's."""

    code = "HK278"
    matters = "The same answer would come at the first start, then as a failed resource."
    cure = "the agent's own words say what to change; systemctl cat UNIT shows the unit"
    see = "docs/decisions/0104-agent-exit-codes.md"
    service: str
    exit_code: int
    reason: str

    def text(self) -> str:
        """Say why."""
        return f"ocf:hakit:quickservice would not look after {self.service}: {self._parted()[0]}"

    def remedy(self) -> str:
        """Say what the agent advises; otherwise where to look."""
        return self._parted()[1] or f"systemctl cat {self.unit} shows the unit as it is"

    def _parted(self) -> tuple[str, str]:
        # Its reasons are one line: what is so, and behind a semicolon what to do about it.
        reason, _, advice = self.reason.partition("; ")
        return reason, advice


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Tell what the agent refuses, unless the check of the units has told it already."""
    for host, fact in facts.items():
        for name, verdict in fact.verdicts.items():
            service = cluster.service(name)
            known = any(found.severity is Severity.ERROR for found in units.of(host, fact, service))
            if verdict.code and not known:
                yield AgentRefuses(
                    host=host, unit=service.unit, service=name, exit_code=verdict.code, reason=verdict.reason
                )
