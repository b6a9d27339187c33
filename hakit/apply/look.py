"""Look at all nodes at once: one round trip each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from hakit.core import HakitError, HostUnreachable, Runner
from hakit.model import Cluster
from hakit.observe import node
from hakit.observe.host import facts
from hakit.observe.host.facts import HostFacts
from hakit.observe.node import NodeFacts
from hakit.plan.seen import Leaver, Seen
from hakit.run.hosts import fan_out


def look(cluster: Cluster, runner: Runner) -> Seen:
    """See every node of the cluster. Raises HostUnreachable when one can't be reached."""
    seen, missing = look_at_some(cluster, runner)
    for error in missing.values():
        raise error
    return seen


def look_at_reachable(cluster: Cluster, runner: Runner) -> tuple[Seen, Mapping[str, HostUnreachable]]:
    """See the nodes that can be reached, as `look_at_some`. Raises HakitError with all reasons when none can."""
    seen, missing = look_at_some(cluster, runner)
    if not seen.hosts:
        reasons = "; ".join(f"{error.host}: {error.reason}" for error in missing.values())
        hint = next((error.hint for error in missing.values() if error.hint), "")
        raise HakitError(f"none of the nodes can be reached: {reasons}", hint=hint)
    return seen, missing


def look_at_some(cluster: Cluster, runner: Runner) -> tuple[Seen, Mapping[str, HostUnreachable]]:
    """See the nodes that can be reached; the others come with the reason. Nodes that leave cost a second trip."""

    def one(host: str) -> tuple[HostFacts, NodeFacts]:
        asked = time.time()
        about_host, about_node = facts.actions(cluster), node.actions()
        outcomes = runner.batch(host, (*about_host, *about_node), keep_going=True)
        answered = time.time()
        split = len(about_host)
        later = sum(outcome.seconds for outcome in outcomes[split:])
        return (
            facts.read(outcomes[:split], cluster, asked, answered - later),
            node.read(host, outcomes[split:]),
        )

    answers = fan_out((each.name for each in cluster.nodes), one)
    reached = {name: answer for name, answer in answers.items() if not isinstance(answer, HostUnreachable)}
    missing = {name: answer for name, answer in answers.items() if isinstance(answer, HostUnreachable)}
    hosts = {name: host for name, (host, _) in reached.items()}
    seen = Seen(cluster, hosts, {name: node_ for name, (_, node_) in reached.items()})
    left = fan_out(seen.strangers, one)
    leaving = {name: None if isinstance(each, HostUnreachable) else Leaver(*each) for name, each in left.items()}
    return replace(seen, leaving=leaving), missing
