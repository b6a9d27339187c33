"""Waiting until the cluster is whole: as it has to be before anything is broken, and again afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import Clock, HakitError, HostUnreachable, Runner, wait_until
from hakit.model import Cluster, Service
from hakit.observe import crm_mon, links
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health import services
from hakit.run.hosts import fan_out


@dataclass(frozen=True, slots=True)
class Look:
    """What all nodes say at one time; `trouble` has a line for everything that is not as it should be."""

    state: ClusterState
    trouble: tuple[str, ...]


def look(cluster: Cluster, runner: Runner) -> Look:
    """Ask every node for the cluster's state and its links."""
    names = [node.name for node in cluster.nodes]

    def ask(name: str) -> tuple[ClusterState | None, int, int]:
        state, stats = runner.batch(name, (crm_mon.COMMAND, links.LINKS), keep_going=True)
        seen = links.parse(stats.stdout) if stats.code == 0 else ()
        return crm_mon.parse(state.stdout), sum(link.connected for link in seen), len(seen)

    answers = fan_out(names, ask)
    trouble: list[str] = []
    states = []
    for name, answer in answers.items():
        if isinstance(answer, HostUnreachable):
            trouble.append(f"{name} can't be reached: {answer.reason}")
            continue
        state, up, all_links = answer
        if state is None:
            trouble.append(f"Pacemaker does not run on {name}")
            continue
        if up < all_links or not all_links:
            trouble.append(f"{name} has {all_links - up} links down")
        states.append(state)
        trouble += [f"by {name}, {each}" for each in _wrong(cluster, state)]
    best = max(states, key=lambda state: (bool(state.dc), state.quorate), default=ClusterState())
    return Look(best, tuple(trouble))


def _wrong(cluster: Cluster, state: ClusterState) -> list[str]:
    wrong = [] if state.dc and state.quorate else ["there is no controller or no quorum"]
    known = {node.name: node for node in state.nodes}
    for node in cluster.nodes:
        seen = known.get(node.name)
        if seen is None or not seen.online or seen.pending or seen.unclean:
            wrong.append(f"{node.name} is not online")
        elif seen.standby or seen.maintenance:
            wrong.append(f"{node.name} is in standby or maintenance")
    if state.maintenance:
        wrong.append("the cluster is in maintenance")
    wrong += [
        f"{each.name} does not serve" for each in cluster.services if not services.as_wished(cluster, each, state)
    ]
    return wrong


def active(service: Service, state: ClusterState) -> str:
    """Name the node that has the service's virtual IP. Raises HakitError when it is not one node."""
    nodes = state.placed.get(f"{service.name}-vip", ())
    if len(nodes) != 1:
        raise HakitError(
            f"the virtual IP of {service.name} is on {' and '.join(nodes) or 'no node'}", hint="hakit status"
        )
    return nodes[0]


def wait(cluster: Cluster, runner: Runner, clock: Clock, *, timeout: float) -> ClusterState:
    """Wait until nothing is wrong, twice in a row. Raises DeadlinePassed with what still is."""
    seen: list[Look] = []

    def once() -> str:
        seen.append(look(cluster, runner))
        return "; ".join(seen[-1].trouble)

    wait_until("the cluster is whole", once, lambda trouble: not trouble, clock=clock, timeout=timeout, every=0.5)
    return seen[-1].state
