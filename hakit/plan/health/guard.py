"""The path guard: nodes that have lost their clients' network, and nodes on which nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.model import pathguard
from hakit.observe.crm_mon import ClusterState
from hakit.plan.seen import Seen

_UNIT = "hakit-pathguard"


@dataclass(frozen=True, kw_only=True, slots=True)
class CutOff(Finding):
    """A node has lost its clients' network."""

    code = "HK344"
    severity = Severity.WARNING
    matters = "No service is put there while another node still reaches the clients."
    see = "docs/decisions/0041-path-guard.md"
    node: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"node {self.node} has lost its clients' network: services leave it"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return (
            f"look at its cable, its switch and the way to the guard's targets; on {self.node}: journalctl -t pathguard"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class AllCutOff(Finding):
    """No node reaches its clients' network, so the services stay where they are."""

    code = "HK345"
    matters = (
        "Probably nobody is served, and moving would not help: it is the network, or the guard's targets are down."
    )
    see = "docs/decisions/0041-path-guard.md"
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"no node reaches its clients' network ({', '.join(self.nodes)}): services stay where they are"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "mend the network; if only the guard's targets are down, name better ones in the spec"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unwatched(Finding):
    """The guard doesn't run on a node."""

    code = "HK346"
    severity = Severity.WARNING
    matters = "If that node loses its clients' network, nobody will notice."
    cure = "the failed actions say why; mend the cause, then: hakit cleanup"
    node: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the path guard does not run on {self.node}"


def cut(seen: Seen) -> tuple[str, ...]:
    """Name the nodes that are cut off from their clients."""
    return seen.nodes[seen.running[0]].marked(pathguard.ATTRIBUTE) if seen.running and seen.cluster.guard else ()


def check(seen: Seen) -> Iterator[Finding]:
    """Look at what the guard says."""
    if seen.state is None or not seen.cluster.guard:
        return
    online = {node.name for node in seen.state.nodes if node.online}
    lost = tuple(name for name in cut(seen) if name in online)
    if lost and set(lost) == online:
        yield AllCutOff(nodes=lost)
    else:
        yield from (CutOff(node=name) for name in lost)
    yield from (Unwatched(node=name) for name in sorted(_unwatched(seen.state)))


def _unwatched(state: ClusterState) -> set[str]:
    part = {node.name for node in state.nodes if node.online and not (node.standby or node.maintenance)}
    watched = {node for each in state.resources if each.id == _UNIT for node in each.nodes if node not in each.ailing}
    return part - watched
