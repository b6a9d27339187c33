"""The cluster in motion: started, started at boot as the spec says, and known to pcs on every node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit.core import Remove
from hakit.observe import node as node_
from hakit.plan.bootstrap import configuration
from hakit.plan.dialect import Dialect
from hakit.plan.seen import STACK, Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted


def start(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Start what doesn't run, on all nodes at once: with wait_for_all none serves before it has seen the others."""
    addresses = {node.name: str(node.addresses[0]) for node in wanted.cluster.nodes}
    strangers = configuration.strangers(seen)
    for name, host in seen.hosts.items():
        dialect = dialects[name]
        # A cluster that isn't ours is gone by the time this is done, and its units with it.
        if not (seen.ours(name) and all(host.units[unit].running for unit in STACK)):
            yield Step("start Corosync and Pacemaker", name, "they don't run", dialect.start())
        if any((seen.ours(name) and host.units[unit].enabled) != wanted.cluster.autostart for unit in STACK):
            word = "start" if wanted.cluster.autostart else "don't start"
            actions = dialect.at_boot(enabled=wanted.cluster.autostart)
            yield Step(
                f"{word} the cluster at boot", name, f"autostart: {str(wanted.cluster.autostart).lower()}", actions
            )
        if strangers:
            actions = (*dialect.authenticate(addresses, node_.TOKEN), Remove(node_.TOKEN))
            yield Step("make the nodes known to pcs", name, "pcs doesn't know them all", actions)
