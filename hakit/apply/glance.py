"""A quick look at what the cluster says of itself: one command, for waiting without weighing on the nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hakit.core import Clock, HostUnreachable, Runner
from hakit.model import Cluster
from hakit.observe import crm_mon
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health import services
from hakit.run.hosts import fan_out

# After a look it is let be for so many times what the look took: a node with one processor needs that for what is waited for.
# One that takes long to answer needs it all the more (seconds).
_REST, _LONG_REST, _LONG = 3, 9, 0.25
# Seconds for one of many looks: the next one comes soon, and another node may answer.
_SOON = 5.0


def glance(
    names: Iterable[str], runner: Runner, *, timeout: float = crm_mon.COMMAND.timeout
) -> Mapping[str, ClusterState | None]:
    """Ask each node's crm_mon; None where it doesn't answer in `timeout` seconds or the node can't be reached."""
    asking = replace(crm_mon.COMMAND, timeout=timeout)
    seen = fan_out(names, lambda host: crm_mon.parse(runner.run(host, asking).stdout))
    return {name: None if isinstance(state, HostUnreachable) else state for name, state in seen.items()}


class Looks:
    """One look after the other, at the nodes that answered the last one: a node that has died would hold up each of them."""

    def __init__(self, names: Iterable[str], runner: Runner, clock: Clock, *, least: float) -> None:
        """Begin with all of them; `least` is how many seconds are between two looks where those are quick."""
        self._all, self._runner, self._clock, self._least = tuple(names), runner, clock, least
        self._answering = self._all
        self._took = 0.0

    def best(self) -> ClusterState:
        """Look, and return the word of who knows most: with a controller, with quorum. Empty when nobody answers."""
        began = self._clock.now()
        states = {name: state for name, state in glance(self._answering, self._runner, timeout=_SOON).items() if state}
        self._took = self._clock.now() - began
        self._answering = tuple(states) or self._all
        return max(states.values(), key=lambda state: (bool(state.dc), state.quorate), default=ClusterState())

    def pace(self) -> float:
        """Give the seconds until the next look."""
        return max(self._least, (_REST if self._took < _LONG else _LONG_REST) * self._took)


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
