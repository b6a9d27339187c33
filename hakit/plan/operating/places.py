"""Where services are, and which would be stranded if a node took part no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health import services
from hakit.plan.seen import Seen
from hakit.plan.switchover import Move, obstacle


@dataclass(frozen=True, slots=True)
class Stranded:
    """A service that no other node can take, and why: a reason for each other node."""

    service: str
    reasons: tuple[str, ...]

    def text(self) -> str:
        """Say it in one line."""
        return f"no other node can take {self.service}: {'; '.join(self.reasons) or 'there is none'}"


def places(cluster: Cluster, state: ClusterState | None) -> Mapping[str, str]:
    """Give each service's node; empty where it does not run in one piece."""
    return {each.name: services.place(each, state) if state else "" for each in cluster.services}


def moves(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Move, ...]:
    """Say what went elsewhere, came up (no source) or went down (no target)."""
    return tuple(Move(name, old, after[name]) for name, old in before.items() if after[name] != old)


def active_on(cluster: Cluster, state: ClusterState, node: str) -> tuple[str, ...]:
    """Name the services of which at least a part is active on the node."""
    return tuple(
        service.name
        for service in cluster.services
        if any(node in state.placed.get(part, ()) for part in services.movable(service))
    )


def stranded(seen: Seen, node: str) -> tuple[Stranded, ...]:
    """Name the services on the node that would have nowhere to go."""
    others = [each.name for each in seen.cluster.nodes if each.name != node]
    found = []
    for service in active_on(seen.cluster, seen.state, node) if seen.state else ():
        reasons = tuple(obstacle(seen, service, other) for other in others)
        if all(reasons):
            found.append(Stranded(service, reasons))
    return tuple(found)
