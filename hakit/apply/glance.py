"""A quick look at what the cluster says of itself: one command, for waiting without weighing on the nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hakit.core import HostUnreachable, Runner
from hakit.model import Cluster
from hakit.observe import crm_mon
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health import services
from hakit.run.hosts import fan_out


def glance(names: Iterable[str], runner: Runner) -> Mapping[str, ClusterState | None]:
    """Ask each node's crm_mon; None where it doesn't answer or the node can't be reached."""
    seen = fan_out(names, lambda host: crm_mon.parse(runner.run(host, crm_mon.COMMAND).stdout))
    return {name: None if isinstance(state, HostUnreachable) else state for name, state in seen.items()}


def elected(states: Mapping[str, ClusterState | None]) -> bool:
    """Say whether every node answers and knows a controller."""
    return all(state is not None and state.dc for state in states.values())


def serving(cluster: Cluster, states: Mapping[str, ClusterState | None]) -> bool:
    """Say whether every node answers and says that each service runs in one piece, or rests by an operator's wish."""
    return all(
        state is not None and all(services.as_wished(cluster, service, state) for service in cluster.services)
        for state in states.values()
    )


def orphans(states: Mapping[str, ClusterState | None]) -> int:
    """Count what still runs though the configuration has it no more, by the word of the node that knows most of it."""
    return max((len(state.orphans) for state in states.values() if state is not None), default=0)


def served(cluster: Cluster, states: Mapping[str, ClusterState | None]) -> int:
    """Count the services that run in one piece, by the word of the node that knows most of them."""
    known = (state for state in states.values() if state is not None)
    return max((sum(bool(services.place(each, state)) for each in cluster.services) for state in known), default=0)
