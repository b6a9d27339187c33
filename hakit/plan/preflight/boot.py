"""Who starts the services' units besides the cluster: systemd at boot, or again after a failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Agent, Cluster
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight import membership
from hakit.plan.preflight.units import OnUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEnabled(OnUnit):
    """systemd would start the unit at boot, on every node."""

    code = "HK280"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "Started at boot on every node, it would run where the cluster does not want it."
    see = "Pacemaker Explained, systemd resources"

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} starts at boot; bootstrap disables that, the cluster starts it"

    def remedy(self) -> str:
        """Say what to do."""
        return f"nothing; by hand it is: systemctl disable {self.unit}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRunning(OnUnit):
    """The unit runs although no cluster has started it."""

    code = "HK281"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "The cluster decides where it runs; what runs already would be stopped on all nodes but one."
    see = "Pacemaker Explained, systemd resources"

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} runs now; bootstrap stops it, the cluster starts it on one node"

    def remedy(self) -> str:
        """Say what to do."""
        return f"nothing, unless somebody uses it; by hand it is: systemctl stop {self.unit}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRestarts(OnUnit):
    """A drop-in tells systemd to restart the unit: then two look after it, and get into each other's way."""

    code = "HK282"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "systemd brings back what Pacemaker has stopped or moved, so the service may run twice."
    see = "docs/decisions/0102-agent-drop-in.md"
    path: str
    value: str

    def text(self) -> str:
        """Say it."""
        return f"{self.path} says Restart={self.value}: systemd and Pacemaker would both restart {self.unit}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"take that line out of {self.path} (or say Restart=no), then: systemctl daemon-reload"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look at every service's unit on every host.

    A `Restart=` in the packaged unit file itself is no finding: Pacemaker's own drop-in outweighs that
    (it writes Restart=no into /run), but not one in another drop-in. That of hakit's agent outweighs those, too.
    """
    for host, fact in facts.items():
        for service in cluster.services:
            unit = fact.units[service.unit]
            if unit.load != "loaded":
                continue
            if unit.enabled:
                yield UnitEnabled(host=host, unit=unit.asked)
            if unit.running and not membership.running_ours(cluster, fact):
                yield UnitRunning(host=host, unit=unit.asked)
            for path, value in unit.restarts.items() if service.agent is Agent.SYSTEMD else ():
                if value not in {"no", ""}:
                    yield UnitRestarts(host=host, unit=unit.asked, path=path, value=value)
