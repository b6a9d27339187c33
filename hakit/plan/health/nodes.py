"""Nodes and quorum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.observe import maintenance
from hakit.plan.seen import Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRunning(Finding):
    """The cluster runs nowhere."""

    code = "HK310"
    matters = "The services are down."

    def text(self) -> str:
        """Say in one line what is so."""
        return "the cluster runs on none of the nodes that could be asked"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "hakit bootstrap starts it; or on each node: systemctl start pacemaker"


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeDown(Finding):
    """A node doesn't take part."""

    code = "HK311"
    matters = "The service has nowhere to go when the node that is left fails, too."
    node: str
    how: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"node {self.node} is {self.how}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"look at {self.node}: is it on? then there: systemctl start pacemaker"


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeResting(Finding):
    """A node takes part but runs nothing, by somebody's wish."""

    code = "HK312"
    severity = Severity.WARNING
    matters = "The service has nowhere to go when its own node fails."
    cure = "hakit unstandby NODE; for maintenance: pcs node unmaintenance NODE, or crm node ready NODE"
    see = "Pacemaker Explained, node attribute standby"
    node: str
    mode: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"node {self.node} is in {self.mode}: nothing moves there"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return (
            f"hakit unstandby {self.node}"
            if self.mode == "standby"
            else f"pcs node unmaintenance {self.node}, or crm node ready {self.node}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NoQuorum(Finding):
    """Too few nodes see each other; Pacemaker stops the services."""

    code = "HK313"
    matters = "A part without a majority must assume that the other part serves."
    see = "votequorum(5); Pacemaker Explained, no-quorum-policy"

    def text(self) -> str:
        """Say in one line what is so."""
        return "no quorum: services are stopped until enough nodes see each other"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "bring the missing nodes or their rings back; after a full stop all of them must be seen once"


@dataclass(frozen=True, kw_only=True, slots=True)
class Maintenance(Finding):
    """Pacemaker's hands are tied; by whom, since and until when (UTC), as far as hakit was told."""

    code = "HK314"
    severity = Severity.WARNING
    matters = "A failure would not be noticed."
    see = "Pacemaker Explained, maintenance-mode; docs/decisions/0022-maintenance-in-the-cib.md"
    by: str = ""
    since: str = ""
    until: str = ""

    def text(self) -> str:
        """Say in one line what is so."""
        when = f" since {self.since}" if self.since else ""
        who = f" by {self.by}" if self.by else ""
        end = f", until {self.until}, when it ends by itself" if self.until else ""
        return f"maintenance is on{when}{who}{end}: nothing is watched, started or moved"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "when the work is done: hakit maintenance off"


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintenanceOver(Finding):
    """A maintenance that is over is still written in the CIB; it means nothing any more."""

    code = "HK316"
    severity = Severity.NOTE
    matters = "pcs shows the properties of sets that no longer apply, so it may say that maintenance is on."
    see = "docs/decisions/0022-maintenance-in-the-cib.md"
    until: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"maintenance is over{f' since {self.until}' if self.until else ''}; its note is still in the CIB"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "hakit maintenance off takes the note away"


@dataclass(frozen=True, kw_only=True, slots=True)
class Split(Finding):
    """Nodes run but don't see each other: each is its own cluster."""

    code = "HK315"
    matters = "Both parts may run the service, each with the virtual IP: clients' data may go to either."
    see = "votequorum(5), two_node"
    sides: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the nodes have more than one controller: {', '.join(self.sides)} each lead a part of their own"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "the rings between them are cut: mend the network before anything else"


def check(seen: Seen) -> Iterator[Finding]:
    """Compare the nodes with the spec."""
    state = seen.state
    if state is None:
        yield NotRunning()
        return
    known = {node.name: node for node in state.nodes}
    for node in seen.cluster.nodes:
        there = known.get(node.name)
        if there is None or not there.online:
            yield NodeDown(node=node.name, how="not known to the cluster" if there is None else _how(seen, node.name))
        elif there.standby or there.maintenance:
            yield NodeResting(node=node.name, mode="standby" if there.standby else "maintenance")
    if not state.quorate:
        yield NoQuorum()
    mark = maintenance.read(seen.nodes[seen.running[0]].cib).mark
    if state.maintenance:
        yield Maintenance(by=mark.by, since=mark.since, until=mark.until) if mark else Maintenance()
    elif mark:
        yield MaintenanceOver(until=mark.until)
    leaders = {own.dc for name in seen.running if (own := seen.nodes[name].state) and own.dc}
    if len(leaders) > 1:
        yield Split(sides=tuple(sorted(leaders)))


def _how(seen: Seen, name: str) -> str:
    if name not in seen.hosts:
        return "offline and can't be reached"
    return "offline: the cluster doesn't run there" if name not in seen.running else "seen as offline by the others"
