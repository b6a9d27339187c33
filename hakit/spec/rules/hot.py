"""Services that run hot: an address that can move, hakit's agent to tell where it is well, and nobody to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model import Agent
from hakit.spec.draft import Draft, Service
from hakit.spec.fault import SpecFault


@dataclass(frozen=True, kw_only=True, slots=True)
class NothingToMove(SpecFault):
    """A hot service without a virtual IP."""

    code = "HK172"
    matters = "Of a service that runs on every node only the address moves; without one there is nothing to protect."
    see = "docs/decisions/0040-hot.md"

    def text(self) -> str:
        """Say what is missing."""
        return "a service that runs hot needs a virtual IP: nothing else of it moves"

    def remedy(self) -> str:
        """Say what to do."""
        return "add 'vip', or let the service run cold"


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsOurAgent(SpecFault):
    """A hot service under Pacemaker's own systemd support."""

    code = "HK173"
    matters = (
        "Pacemaker's systemd support sees a dead unit seconds later, a hung one never, and can't say where it is well."
    )
    see = "docs/decisions/0040-hot.md"

    def text(self) -> str:
        """Say what doesn't fit."""
        return "a service that runs hot needs hakit's agent, which tells at once where the unit is well"

    def remedy(self) -> str:
        """Say what to do."""
        return "leave 'agent' out"


@dataclass(frozen=True, kw_only=True, slots=True)
class HotInAHierarchy(SpecFault):
    """A dependency between services of which one runs on every node."""

    code = "HK174"
    matters = (
        "What runs on every node can't wait for something that runs on one, and what depends on it would be stopped"
        " and started whenever any node's copy is."
    )
    see = "docs/decisions/0040-hot.md; systemd.unit(5), Wants= and After="
    service: str
    other: str

    def text(self) -> str:
        """Name both."""
        return f"'{self.service}' can't depend on '{self.other}': one of them runs hot, on every node"

    def remedy(self) -> str:
        """Say what can be done instead."""
        return "let both run cold; or, for a unit that is needed on every node, order the units with systemd's own Wants= and After="


def hot(spec: Draft) -> Iterator[SpecFault]:
    """Check what goes with `run: hot`."""
    by_name = {service.name: service for service in spec.services}
    for service in spec.services:
        if service.hot:
            yield from _alone(spec, service)
        for other in service.depends_on:
            known = by_name.get(other.text)
            if known and known is not service and (known.hot or service.hot):
                yield HotInAHierarchy(place=spec.at(other.loc), service=service.name, other=other.text)


def _alone(spec: Draft, service: Service) -> Iterator[SpecFault]:
    if not service.says_vip:
        yield NothingToMove(place=spec.at((*service.loc, "run")))
    if service.agent == Agent.SYSTEMD:
        yield NeedsOurAgent(place=spec.at((*service.loc, "agent")))
