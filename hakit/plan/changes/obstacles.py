"""Why a change to a running cluster can't be made now: what would cost quorum, or a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding
from hakit.observe.host.facts import HostFacts
from hakit.plan.changes.compare import Takes
from hakit.plan.changes.conf import Conf
from hakit.plan.changes.course import Hop
from hakit.plan.seen import STACK, Seen

_TWO = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class QuorumWouldGo(Finding):
    """On the way the nodes that are online would be too few."""

    code = "HK360"
    matters = "Without quorum nothing is served: Pacemaker stops all services."
    see = "votequorum(5)"
    step: str
    online: int
    votes: int

    def text(self) -> str:
        """Say in one line what is so."""
        return f"to {self.step} would cost quorum: {self.online} of {self.votes} nodes would be online"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "bring the nodes that are offline back first, or change fewer nodes at a time"


@dataclass(frozen=True, kw_only=True, slots=True)
class RingIsDown(Finding):
    """The ring that would have to carry the cluster alone does not connect all nodes."""

    code = "HK361"
    matters = "While one ring is taken out, the others carry everything: a node that they don't reach is lost."
    see = "docs/decisions/0013-changes-to-a-running-corosync.md"
    step: str
    ring: int
    node: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"to {self.step} the cluster needs ring {self.ring}, which is cut off at {self.node}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"mend ring {self.ring} first: hakit status shows who does not see whom"


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaverOutOfReach(Finding):
    """A node that is to leave takes part in the cluster, but hakit can't reach it."""

    code = "HK362"
    matters = "A node that is taken out of the others' configuration while it runs goes on with its services, alone."
    see = "corosync.conf(5)"
    node: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"{self.node} is to leave and is online, but can't be reached, so it can't be stopped first"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"let hakit reach {self.node} by ssh, or stop the cluster there: pcs cluster stop"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotAllThere(Finding):
    """The cluster must stop for the change, and would not come back without all of its nodes."""

    code = "HK363"
    matters = "With two nodes, or wait_for_all, a start waits until all nodes have been seen."
    see = "votequorum(5)"
    step: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"to {self.step} the cluster has to be stopped and started, but not online: {', '.join(self.nodes)}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "start the cluster there first: with two nodes, none serves after a start before it has seen the other"


def obstacles(seen: Seen, now: Conf, hops: tuple[Hop, ...]) -> Iterator[Finding]:
    """Say what stands against the hops, as things are. A cluster at rest or without controller has no obstacles."""
    state = seen.state
    if not hops or state is None or not state.dc:
        return
    online = {node.name for node in state.nodes if node.online and node.name in now.nodes}
    # Members that don't run are brought up before the first hop.
    online |= {name for name, host in seen.hosts.items() if name in now.nodes and not _runs(host)}
    yield from (
        LeaverOutOfReach(node=h.leaves) for h in hops if h.leaves in online and seen.leaving.get(h.leaves) is None
    )
    for hop in hops:
        if hop.takes is Takes.STOP:
            away = tuple(name for name in now.nodes if name not in online)
            if away:
                yield NotAllThere(step=hop.title, nodes=away)
        if hop.leaves:
            online.discard(hop.leaves)
            yield from _quorum(hop, online, now)
        yield from _quorum(hop, online, hop.conf)
        yield from _cut(seen, hop, online)
        if hop.joins:
            online.add(hop.joins)
        now = hop.conf


def _runs(host: HostFacts) -> bool:
    return all(host.units[unit].running for unit in STACK)


def _quorum(hop: Hop, online: set[str], conf: Conf) -> Iterator[Finding]:
    votes = len(conf.nodes)
    needed = 1 if conf.options.get("quorum.two_node") == "1" and votes <= _TWO else votes // 2 + 1
    if len(online) < needed:
        yield QuorumWouldGo(step=hop.title, online=len(online), votes=votes)


def _cut(seen: Seen, hop: Hop, online: set[str]) -> Iterator[Finding]:
    ids = {hop.conf.nodes[name].get("nodeid", "") for name in online if name in hop.conf.nodes}
    for name, facts in seen.nodes.items():
        for link in facts.links:
            if link.ring in hop.rings and not link.connected and str(link.peer) in ids:
                yield RingIsDown(step=hop.title, ring=link.ring, node=name)
