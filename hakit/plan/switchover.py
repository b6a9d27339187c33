"""Moving a service by wish: whether it can be, and where to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import HakitError
from hakit.model import Service
from hakit.observe.crm_mon import Ban
from hakit.plan import names
from hakit.plan.health import guard, services, volumes
from hakit.plan.health.traces import INFINITY
from hakit.plan.seen import Seen


@dataclass(frozen=True, slots=True)
class Move:
    """A service goes from one node to another."""

    service: str
    source: str
    target: str


def move(seen: Seen, service: str, target: str | None) -> Move:
    """Choose the target when none is said: the spec's next node that can take it.

    Raises HakitError when the service or node is unknown, the service does not run, or the target can't run it.
    """
    names.service(seen.cluster, service)
    state = seen.state
    if state is None:
        raise HakitError("the cluster does not run", hint="hakit bootstrap starts it")
    stopped = services.out_of_service(seen.cluster, seen.cluster.service(service), state)
    if stopped:
        raise HakitError(f"{stopped} is out of service; nothing was moved", hint=f"hakit start {stopped}")
    source = services.place(seen.cluster.service(service), state)
    if not source:
        raise HakitError(
            f"service {service} does not run in one piece on one node; nothing was moved", hint="hakit status"
        )
    if target is None:
        able = [
            node.name for node in seen.cluster.nodes if node.name != source and not obstacle(seen, service, node.name)
        ]
        if not able:
            reasons = "; ".join(obstacle(seen, service, n.name) for n in seen.cluster.nodes if n.name != source)
            raise HakitError(f"no other node can take {service}: {reasons}", hint="hakit status")
        target = able[0]
    names.node(seen.cluster, target)
    against = "" if target == source else obstacle(seen, service, target)
    if against:
        raise HakitError(f"{service} can't go to {target}: {against}", hint="hakit status")
    return Move(service, source, target)


def obstacle(seen: Seen, service: str, target: str) -> str:
    """Say why the node can't take the service; empty when nothing is known against it."""
    return next(_obstacles(seen, service, target), "")


def _obstacles(seen: Seen, service: str, target: str) -> Iterator[str]:
    state = seen.state
    if state is None:
        yield "the cluster does not run"
        return
    if state.maintenance:
        yield "maintenance is on, so nothing is moved"
    known = next((node for node in state.nodes if node.name == target), None)
    if known is None or not known.online:
        yield f"{target} is offline"
    elif known.standby or known.maintenance:
        yield f"{target} is in {'standby' if known.standby else 'maintenance'}"
    wanted = seen.cluster.service(service)
    ours = (service, *services.parts(wanted))
    yield from (f"{ban.id} bans {ban.resource} from {target}" for ban in state.bans if _bars(ban, ours, target))
    yield from _of_the_node(seen, wanted, target)
    if wanted.hot and target not in services.well_on(wanted, state):
        yield f"{wanted.unit} is not well on {target}"
    if seen.cluster.guards(wanted) and target in guard.cut(seen):
        yield f"{target} has lost its clients' network"
    limit = seen.cluster.timing.migration_threshold
    for history in state.history:
        if history.node == target and history.resource in ours and history.fail_count >= limit:
            yield f"{history.resource} has failed there too often; when the cause is mended: hakit cleanup {service}"


def _of_the_node(seen: Seen, service: Service, target: str) -> Iterator[str]:
    """Say what the node itself lacks: the unit, the data."""
    if target in seen.hosts and (unit := seen.hosts[target].units[service.unit]).load != "loaded":
        yield f"{unit.asked} on {target} is {unit.load}"
    if old := volumes.stale(seen, service, target):
        yield old


def _bars(ban: Ban, ours: tuple[str, ...], target: str) -> bool:
    return ban.node == target and ban.resource in ours and ban.weight <= -INFINITY
