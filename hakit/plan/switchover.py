"""Moving a service by wish: whether it can be, and where to."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import HakitError
from hakit.plan.health import services
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
    names = [each.name for each in seen.cluster.services]
    if service not in names:
        raise HakitError(f"there is no service {service!r} in the spec", hint=_named(service, names))
    state = seen.state
    if state is None:
        raise HakitError("the cluster does not run", hint="hakit bootstrap starts it")
    source = services.place(seen.cluster.service(service), state)
    if not source:
        raise HakitError(
            f"service {service} does not run in one piece on one node; nothing was moved", hint="hakit status"
        )
    if target is None:
        able = [
            node.name for node in seen.cluster.nodes if node.name != source and not _obstacle(seen, service, node.name)
        ]
        if not able:
            reasons = "; ".join(_obstacle(seen, service, n.name) for n in seen.cluster.nodes if n.name != source)
            raise HakitError(f"no other node can take {service}: {reasons}", hint="hakit status")
        target = able[0]
    nodes = [node.name for node in seen.cluster.nodes]
    if target not in nodes:
        raise HakitError(f"there is no node {target!r} in the spec", hint=_named(target, nodes))
    obstacle = "" if target == source else _obstacle(seen, service, target)
    if obstacle:
        raise HakitError(f"{service} can't go to {target}: {obstacle}", hint="hakit status")
    return Move(service, source, target)


def _named(said: str, known: list[str]) -> str:
    alike = difflib.get_close_matches(said, known, n=1)
    return f"did you mean {alike[0]!r}?" if alike else f"it knows: {', '.join(known)}"


def _obstacle(seen: Seen, service: str, target: str) -> str:
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
    if target in seen.hosts and (unit := seen.hosts[target].units[wanted.unit]).load != "loaded":
        yield f"{unit.asked} on {target} is {unit.load}"
    limit, parts = seen.cluster.timing.migration_threshold, services.parts(wanted)
    for history in state.history:
        if history.node == target and history.resource in parts and history.fail_count >= limit:
            yield f"{history.resource} has failed there too often; when the cause is mended: pcs resource cleanup {service}"
