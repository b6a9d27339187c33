"""Probes: one way to ask, and an agent that asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault

WAYS = ("tcp", "http", "unix", "command")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeWays(SpecFault):
    """A probe with no way to ask, or with several."""

    code = "HK186"
    said: tuple[str, ...]

    def text(self) -> str:
        """Say what is there."""
        return f"{' and '.join(self.said)} at once" if self.said else "nothing to ask"

    def remedy(self) -> str:
        """Say what is wanted."""
        return f"use one of {', '.join(WAYS)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeNeedsAgent(SpecFault):
    """A probe for a service that Pacemaker's systemd support looks after."""

    code = "HK187"

    def text(self) -> str:
        """Say what is wrong."""
        return "Pacemaker's systemd support knows no probes"

    def remedy(self) -> str:
        """Say what to write."""
        return "add 'agent: quickservice' to the service"


def probes(spec: Draft) -> Iterator[SpecFault]:
    """Check every service's probe."""
    data = spec.source.data
    parts = data.get("services") if isinstance(data, dict) else None
    for service in spec.services:
        part = parts.get(service.name) if isinstance(parts, dict) else None
        probe = part.get("probe") if isinstance(part, dict) else None
        if not isinstance(probe, dict):
            continue
        place = spec.at_key((*service.loc, "probe"))
        said = tuple(way for way in WAYS if way in probe)
        if len(said) != 1:
            yield ProbeWays(place=place, said=said)
        if service.agent in {None, "systemd"}:
            yield ProbeNeedsAgent(place=place)
