"""A healthy running cluster as hakit sees it, to break one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hakit.apply.bootstrap import bootstrap
from hakit.apply.look import look
from hakit.core import Command, Finding, Tape
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState, NodeState, ResourceState
from hakit.observe.node import NodeFacts
from hakit.plan.health import report
from hakit.plan.seen import Seen
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster

generation = "0.11"  # which tool the hosts have, and how old it is
# The same by crm, or by Pacemaker's own tools where crm has no verb for it.
_BY_CRM = {
    "pcs resource move-with-constraint squid": "crm resource move squid",
    "pcs resource clear squid": "crm resource clear squid",
    "pcs resource enable": "crm resource meta {} delete target-role",
    "pcs resource disable": "crm resource stop {}",
    "pcs resource cleanup": "crm resource cleanup {}",
    "pcs resource restart squid --wait=": "crm_resource --restart --resource squid --timeout=",
    "pcs property set maintenance-mode=true": "crm maintenance on",
}


def spoken(line: str) -> str:
    """Return the line that says with the hosts' tool what this one says with pcs."""
    if generation != "crm":
        return line
    verb, _, last = line.rpartition(" ")
    return _BY_CRM[line] if line in _BY_CRM else _BY_CRM[verb].format(last)


def hosts(wanted: Cluster | None = None) -> SimulatedHosts:
    """Return simulated hosts that run the cluster."""
    wanted = wanted or cluster()
    made = SimulatedHosts(wanted, generation=generation)
    bootstrap(wanted, made, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    return made


def seen(wanted: Cluster | None = None) -> Seen:
    """Return the healthy cluster."""
    wanted = wanted or cluster()
    return look(wanted, hosts(wanted))


def node(whole: Seen, name: str, **changes: object) -> Seen:
    """See one node's share otherwise."""
    changed: NodeFacts = replace(whole.nodes[name], **changes)  # type: ignore[arg-type]
    return replace(whole, nodes={**whole.nodes, name: changed})


def state(whole: Seen, change: Callable[[ClusterState], ClusterState]) -> Seen:
    """Let the cluster say something else, on all nodes."""
    for name, facts in whole.nodes.items():
        if facts.state is not None:
            whole = node(whole, name, state=change(facts.state))
    return whole


def member(whole: Seen, name: str, **flags: bool) -> Seen:
    """See one node's flags otherwise."""

    def change(old: ClusterState) -> ClusterState:
        nodes = tuple(_with(each, flags) if each.name == name else each for each in old.nodes)
        return replace(old, nodes=nodes)

    return state(whole, change)


def _with(old: NodeState, flags: dict[str, bool]) -> NodeState:
    return replace(old, **flags)


def resource(whole: Seen, name: str, **changes: object) -> Seen:
    """See one resource otherwise; its places are kept in step."""

    def change(old: ClusterState) -> ClusterState:
        resources = tuple(_changed(each, changes) if each.id == name else each for each in old.resources)
        return replace(old, resources=resources, placed={each.id: each.nodes for each in resources})

    return state(whole, change)


def _changed(old: ResourceState, changes: dict[str, object]) -> ResourceState:
    return replace(old, **changes)  # type: ignore[arg-type]


def found(whole: Seen) -> list[Finding]:
    """Return what is wrong, without the decisions that every one of these clusters shares."""
    return [finding for finding in report.findings(whole) if finding.code != "HK350"]


def command(*argv: str, stdin: str = "") -> Command:
    """Return a command that somebody gives by hand on a host."""
    return Command(argv, stdin=stdin)
