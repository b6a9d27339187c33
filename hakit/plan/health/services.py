"""Services: each of its parts on one node, the same node, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.model import Cluster, Service
from hakit.observe.crm_mon import ClusterState, ResourceState
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
        return f"the failed actions say why; mend the cause, then: hakit cleanup {self.service}"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class NotReady(Finding):
    """The unit of a service that runs hot is not well on a node that should stand ready."""

    code = "HK343"
    severity = Severity.WARNING
    matters = "The address can't go there: when the node that serves fails, nobody is served until the unit runs."
    see = "docs/decisions/0040-hot.md"
    service: str
    node: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"service {self.service}: its unit is not well on {self.node}, which is to stand ready"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"the failed actions say why; mend the cause, then: hakit cleanup {self.service}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutOfService(Finding):
    """A service is stopped by an operator's wish: its own stop, or that of a service it depends on."""

    code = "HK334"
    severity = Severity.WARNING
    matters = (
        "Nobody is served, and nothing will start it: a stop by hand outlasts failovers, reboots and applying the spec."
    )
    see = "docs/decisions/0021-stopped-stays-stopped.md"
    service: str
    stopped: str

    def text(self) -> str:
        """Say in one line what is so."""
        if self.service == self.stopped:
            return f"service {self.service} is out of service: an operator stopped it, and it stays so"
        return f"service {self.service} waits for {self.stopped}, which is out of service"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"hakit start {self.stopped}"


def parts(service: Service) -> tuple[str, ...]:
    """Name the service's primitives in the CIB, in the order in which they start; what replicates a volume is not among them."""
    mount = (f"{service.name}-mount",) if service.volume else ()
    return (*mount, *((f"{service.name}-vip",) if service.vip else ()), f"{service.name}-unit")


def movable(service: Service) -> tuple[str, ...]:
    """Name the parts that are on one node at a time: of a hot service the VIP alone."""
    return parts(service)[:1] if service.hot else parts(service)


def last(service: Service) -> str:
    """Name the part that starts last and stops first where the service serves: the unit, or the VIP of a hot service."""
    return movable(service)[-1]


def place(service: Service, state: ClusterState) -> str:
    """Name the one node on which all parts of the service run; empty when there is no such node."""
    if service.hot:
        return _vip_beside_its_unit(service, state)
    nodes = {state.placed.get(part, ()) for part in parts(service)}
    alone = next(iter(nodes)) if len(nodes) == 1 else ()
    return alone[0] if len(alone) == 1 and not _broken(service, state) and not lost(alone[0], state) else ""


def lost(node: str, state: ClusterState) -> bool:
    """Say whether a node is lost. Until it is fenced, Pacemaker goes on calling what it ran "Started" there."""
    return any(each.name == node and not each.online for each in state.nodes)


def _vip_beside_its_unit(service: Service, state: ClusterState) -> str:
    vip, unit = (state.known.get(part) for part in parts(service))
    if vip is None or unit is None or len(vip.nodes) != 1 or vip.ailing:
        return ""
    (node,) = vip.nodes
    return node if node in unit.nodes and node not in unit.ailing and not lost(node, state) else ""


def well_on(service: Service, state: ClusterState) -> tuple[str, ...]:
    """Name the nodes on which the unit of a hot service runs and is well."""
    unit = state.known.get(parts(service)[-1])
    return tuple(node for node in unit.nodes if node not in unit.ailing and not lost(node, state)) if unit else ()


def out_of_service(cluster: Cluster, service: Service, state: ClusterState) -> str:
    """Name the service whose stop, by an operator, keeps this one down: itself or one it depends on; else empty."""
    if any(each.target == "Stopped" for each in _own(service, state)):
        return service.name
    below = (out_of_service(cluster, cluster.service(name), state) for name in service.depends_on)
    return next(filter(None, below), "")


def as_wished(cluster: Cluster, service: Service, state: ClusterState) -> bool:
    """Say whether the service runs in one piece, or rests because an operator wants it to."""
    return bool(place(service, state) or out_of_service(cluster, service, state))


def _broken(service: Service, state: ClusterState) -> bool:
    return any(each.failed or each.role != "Started" for each in _own(service, state))


def _own(service: Service, state: ClusterState) -> Iterator[ResourceState]:
    yield from (state.known[part] for part in parts(service) if part in state.known)


def check(seen: Seen) -> Iterator[Finding]:
    """Compare what the cluster says, and what the hosts themselves show, with the spec."""
    state = seen.state
    if state is None:
        return
    for service in seen.cluster.services:
        stopped = out_of_service(seen.cluster, service, state)
        if stopped:
            yield OutOfService(service=service.name, stopped=stopped)
        yield from _by_cluster(service, state, resting=bool(stopped))
        yield from _by_hosts(service, seen)


def _by_cluster(service: Service, state: ClusterState, *, resting: bool) -> Iterator[Finding]:
    places = set()
    for part in parts(service):
        resource = state.known.get(part)
        if resource is None:
            yield NotServing(service=service.name, resource=part, how="not in the cluster")
        elif resting and not (resource.failed or resource.blocked):
            continue
        elif service.hot and part == parts(service)[-1]:
            yield from _standbys(service, state)
        elif resource.failed or resource.blocked or resource.role != "Started" or not resource.nodes:
            how = "blocked" if resource.blocked else "failed" if resource.failed else resource.role.lower() or "stopped"
            yield NotServing(service=service.name, resource=part, how=how)
        elif all(lost(node, state) for node in resource.nodes):
            yield NotServing(service=service.name, resource=part, how=f"on {resource.nodes[0]}, which is lost")
        elif len(resource.nodes) > 1:
            yield Twice(service=service.name, resource=part, nodes=resource.nodes)
        else:
            places.add(resource.nodes[0])
    if len(places) > 1:
        yield Apart(service=service.name, nodes=tuple(sorted(places)))


def _standbys(service: Service, state: ClusterState) -> Iterator[Finding]:
    """Look for nodes that should run the unit of a hot service and don't; when none does, nothing serves."""
    well = well_on(service, state)
    if not well:
        yield NotServing(service=service.name, resource=parts(service)[-1], how="well on no node")
        return
    holders = state.placed.get(parts(service)[0], ())
    for node in state.nodes:
        takes_part = node.online and not (node.standby or node.maintenance)
        if takes_part and node.name not in well:
            if node.name in holders:
                yield NotServing(service=service.name, resource=parts(service)[-1], how=f"not well on {node.name}")
            else:
                yield NotReady(service=service.name, node=node.name)


def _by_hosts(service: Service, seen: Seen) -> Iterator[Finding]:
    running = tuple(name for name, host in seen.hosts.items() if host.units[service.unit].running)
    if len(running) > 1 and not service.hot:
        yield Twice(service=service.name, resource=service.unit, nodes=running)
    if service.vip is not None:
        holders = tuple(name for name, host in seen.hosts.items() if host.has(service.vip.interface.ip))
        if len(holders) > 1:
            yield Twice(service=service.name, resource=str(service.vip.interface.ip), nodes=holders)
