"""Probes and what else only hakit's agent knows: one way to ask, an answerable question, times that fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model import TIMEOUTS, Agent
from hakit.spec import question
from hakit.spec.draft import Draft, Probe, Service
from hakit.spec.fault import SpecFault
from hakit.spec.place import Loc
from hakit.spec.question import WAYS


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeWays(SpecFault):
    """A probe with no way to ask, or with several."""

    code = "HK186"
    matters = "Two questions can disagree, and nobody would know which one moves the service."
    see = "docs/decisions/0011-probes-in-the-spec.md"
    said: tuple[str, ...]

    def text(self) -> str:
        """Say what is there."""
        return f"{' and '.join(self.said)} at once" if self.said else "nothing to ask"

    def remedy(self) -> str:
        """Say what is wanted."""
        return f"use one of {', '.join(WAYS)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsAgent(SpecFault):
    """Something that Pacemaker's systemd support doesn't know, for a service that it looks after."""

    code = "HK187"
    matters = "Pacemaker's systemd support asks for ActiveState only; the setting would have no effect."
    see = "docs/decisions/0011-probes-in-the-spec.md"
    part: str

    def text(self) -> str:
        """Say what is wrong."""
        return f"Pacemaker's systemd support knows no {self.part}"

    def remedy(self) -> str:
        """Say what to write."""
        return "add 'agent: quickservice' to the service"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadQuestion(SpecFault):
    """A probe that hakit's agent would refuse."""

    code = "HK188"
    matters = "The agent would refuse to start the service with it."
    cure = "write the question as docs/protect-any-service.md shows"
    see = "ocf:hakit:quickservice, probe_tcp, probe_http, probe_unix, probe_command"
    way: str
    problem: str

    def text(self) -> str:
        """Say what is wrong."""
        return f"this can't be asked: {self.problem}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeOfANode(SpecFault):
    """A probe that asks one node's address: on every other node it would ask that node."""

    code = "HK189"
    matters = (
        "After a move the probe would judge the old node, not the one that serves: a dead service looks well,"
        " a healthy one dead."
    )
    see = "docs/decisions/0011-probes-in-the-spec.md"
    address: str
    node: str

    def text(self) -> str:
        """Say whose it is."""
        return f"{self.address} is the address of {self.node}; on any other node that would ask {self.node}"

    def remedy(self) -> str:
        """Say what does not depend on the node."""
        return "ask the port alone (the node itself), or the service's virtual IP"


@dataclass(frozen=True, kw_only=True, slots=True)
class LongerThanOperation(SpecFault):
    """A time within an operation that is not shorter than the operation may take."""

    code = "HK193"
    matters = "Pacemaker would end the operation before the agent can judge, and call it failed."
    see = "Pacemaker Explained, operation timeouts"
    part: str
    said: int
    operation: str
    limit: int

    def text(self) -> str:
        """Compare the two."""
        return f"{self.said} s of {self.part} don't fit into the {self.operation}, which may take {self.limit} s"

    def remedy(self) -> str:
        """Say what to change."""
        return f"use less, or more than {self.said} in timeouts.{self.operation}"


def probes(spec: Draft) -> Iterator[SpecFault]:
    """Check what every service says to hakit's agent."""
    for service in spec.services:
        if service.agent in {None, Agent.SYSTEMD} and not service.hot:
            for part in _for_the_agent(service):
                yield NeedsAgent(place=spec.at_key((*service.loc, part)), part=part)
        if service.probe is not None:
            yield from _question(spec, service.probe)
        yield from _times(spec, service)


def _for_the_agent(service: Service) -> Iterator[str]:
    if service.probe is not None:
        yield "probe"
    if service.monitor_unit is False:
        yield "monitor_unit"
    if service.stop_signal is not None:
        yield "stop_signal"
    if service.stop_escalation is not None:
        yield "stop_escalation"


def _question(spec: Draft, probe: Probe) -> Iterator[SpecFault]:
    if len(probe.ways) != 1:
        yield ProbeWays(place=spec.at_key(probe.loc), said=tuple(probe.ways))
    for way, value in probe.ways.items():
        place = spec.at((*probe.loc, way))
        try:
            asked = question.read(way, value)
        except ValueError as problem:
            yield BadQuestion(place=place, way=way, problem=str(problem))
            continue
        address = question.address(asked) if asked else None
        for node in spec.nodes:
            if any(each and each.value and each.value.ip == address for each in node.addresses or ()):
                yield ProbeOfANode(place=place, address=str(address), node=node.name)


def _times(spec: Draft, service: Service) -> Iterator[SpecFault]:
    """Compare what is said; what is not said is made to fit (`spec.build`)."""
    defaults = TIMEOUTS[Agent.QUICKSERVICE]
    limits = {name: service.timeouts.get(name, getattr(defaults, name)) for name in ("start", "stop", "monitor")}
    numbers = service.probe.numbers if service.probe else {}
    said: tuple[tuple[str, int | None, str, Loc], ...] = (
        ("probe", numbers.get("timeout"), "monitor", (*service.loc, "probe", "timeout")),
        ("waiting for the probe", numbers.get("start_timeout"), "start", (*service.loc, "probe", "start_timeout")),
        ("polite stopping", service.stop_escalation, "stop", (*service.loc, "stop_escalation")),
    )
    for part, number, operation, loc in said:
        limit = limits[operation]
        if number is not None and number > 0 and number >= limit:
            yield LongerThanOperation(place=spec.at(loc), part=part, said=number, operation=operation, limit=limit)
