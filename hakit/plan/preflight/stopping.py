"""Whether the time that the cluster gives a unit to start and stop is enough."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Service
from hakit.observe.host import squid
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.units import Unit
from hakit.plan.preflight.units import OnUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class SquidWaitsTooLong(OnUnit):
    """squid waits longer for its clients than it is given to stop: it is killed, or the stop counts as failed."""

    code = "HK283"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "A stop that fails blocks the service, or gets the node fenced where there is fencing."
    see = "squid.conf, shutdown_lifetime"
    lifetime: float
    limit: float

    def text(self) -> str:
        """Say it."""
        return (
            f"squid waits up to {self.lifetime:g} s for its clients (shutdown_lifetime), "
            f"but has {self.limit:g} s to stop; a stop that fails is the worst that can happen to a cluster"
        )

    def remedy(self) -> str:
        """Say what to do."""
        return "echo 'shutdown_lifetime 5 seconds' > /etc/squid/conf.d/hakit-shutdown.conf; squid -k reconfigure"


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeoutShort(OnUnit):
    """The cluster gives up on a start or stop before systemd does. `unit_seconds` may be infinite."""

    code = "HK284"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = (
        "A slow but healthy start or stop would be called a failure; a failed stop blocks the service or gets"
        " the node fenced."
    )
    cure = "give the unit a shorter limit (systemctl edit UNIT), or the service a longer timeout in the spec"
    see = "systemd.service(5), TimeoutStartSec, TimeoutStopSec"
    verb: str
    cluster_seconds: float
    unit_seconds: float

    def text(self) -> str:
        """Say it."""
        systemd = "for ever" if math.isinf(self.unit_seconds) else f"{self.unit_seconds:g} s"
        return (
            f"systemd lets {self.unit} take {systemd} to {self.verb}, the cluster {self.cluster_seconds:g} s: "
            f"it would call a slow {self.verb} a failure"
        )

    def remedy(self) -> str:
        """Say what to do."""
        setting = f"Timeout{self.verb.capitalize()}Sec={max(self.cluster_seconds - 10, 1):g}"
        return f"systemctl edit {self.unit}, and write under [Service]: {setting}; or a longer {self.verb} timeout in the spec"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Compare the spec's timeouts with each host's unit."""
    for host, fact in facts.items():
        for service in cluster.services:
            unit = fact.units[service.unit]
            if unit.load == "loaded":
                yield from _timeouts(host, service, unit)
                yield from _squid(host, service, unit, fact.squid_lifetime)


def _timeouts(host: str, service: Service, unit: Unit) -> Iterator[Finding]:
    ours = service.timeouts
    # A oneshot has no start timeout unless it is set, and usually ends by itself (systemd.service(5)).
    pairs = [("stop", ours.stop, unit.stop_timeout)]
    if unit.type != "oneshot":
        pairs.append(("start", ours.start, unit.start_timeout))
    for verb, given, taken in pairs:
        if taken > given:
            yield TimeoutShort(host=host, unit=unit.asked, verb=verb, cluster_seconds=given, unit_seconds=taken)


def _squid(host: str, service: Service, unit: Unit, lifetime: float | None) -> Iterator[Finding]:
    limit = min(float(service.timeouts.stop), unit.stop_timeout)
    if service.unit == squid.UNIT and lifetime is not None and lifetime >= limit:
        yield SquidWaitsTooLong(host=host, unit=unit.asked, lifetime=lifetime, limit=limit)
