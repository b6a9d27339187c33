"""Services: each of its parts on one node, the same node, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding
from hakit.model import Service
from hakit.observe.crm_mon import ClusterState
from hakit.plan.seen import Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class NotServing(Finding):
    """A part of a service runs nowhere."""

    code = "HK330"
    matters = "Clients get no answer, or will get none after the next failure."
    see = "crm_mon(8)"
    service: str
    resource: str
    how: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"service {self.service}: {self.resource} is {self.how}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"the failed actions say why; mend the cause, then: pcs resource cleanup {self.service}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Twice(Finding):
    """A part of a service runs on several nodes."""

    code = "HK331"
    matters = "Two copies may write the same data, or answer for the same address."
    see = "Pacemaker Explained, multiple-active"
    service: str
    resource: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"service {self.service}: {self.resource} is active on {' and '.join(self.nodes)}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "stop it where it should not run, and find out who started it there"


@dataclass(frozen=True, kw_only=True, slots=True)
class Apart(Finding):
    """The parts of a service run on different nodes."""

    code = "HK332"
    matters = "A virtual IP without its service beside it answers nobody."
    cure = "hakit bootstrap brings the CIB to the spec; then look at what hakit status says of failed actions"
    service: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"service {self.service}: its parts are on different nodes: {', '.join(self.nodes)}"


def parts(service: Service) -> tuple[str, ...]:
    """Name the service's primitives in the CIB."""
    return (*((f"{service.name}-vip",) if service.vip else ()), f"{service.name}-unit")


def place(service: Service, state: ClusterState) -> str:
    """Name the one node on which all parts of the service run; empty when there is no such node."""
    nodes = {state.placed.get(part, ()) for part in parts(service)}
    alone = next(iter(nodes)) if len(nodes) == 1 else ()
    return alone[0] if len(alone) == 1 and not _broken(service, state) else ""


def _broken(service: Service, state: ClusterState) -> bool:
    ours = parts(service)
    return any((each.failed or each.role != "Started") and each.id in ours for each in state.resources)


def check(seen: Seen) -> Iterator[Finding]:
    """Compare what the cluster says, and what the hosts themselves show, with the spec."""
    state = seen.state
    if state is None:
        return
    for service in seen.cluster.services:
        yield from _by_cluster(service, state)
        yield from _by_hosts(service, seen)


def _by_cluster(service: Service, state: ClusterState) -> Iterator[Finding]:
    known = {resource.id: resource for resource in state.resources}
    places = set()
    for part in parts(service):
        resource = known.get(part)
        if resource is None:
            yield NotServing(service=service.name, resource=part, how="not in the cluster")
        elif resource.failed or resource.blocked or resource.role != "Started" or not resource.nodes:
            how = "blocked" if resource.blocked else "failed" if resource.failed else resource.role.lower() or "stopped"
            yield NotServing(service=service.name, resource=part, how=how)
        elif len(resource.nodes) > 1:
            yield Twice(service=service.name, resource=part, nodes=resource.nodes)
        else:
            places.add(resource.nodes[0])
    if len(places) > 1:
        yield Apart(service=service.name, nodes=tuple(sorted(places)))


def _by_hosts(service: Service, seen: Seen) -> Iterator[Finding]:
    running = tuple(name for name, host in seen.hosts.items() if host.units[service.unit].running)
    if len(running) > 1:
        yield Twice(service=service.name, resource=service.unit, nodes=running)
    if service.vip is not None:
        holders = tuple(name for name, host in seen.hosts.items() if host.has(service.vip.interface.ip))
        if len(holders) > 1:
            yield Twice(service=service.name, resource=str(service.vip.interface.ip), nodes=holders)
