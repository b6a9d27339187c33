"""The end of a node's membership: its host as it was before, and no trace of it in the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit.plan import destroy
from hakit.plan.changes.conf import Conf
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step


def stages(seen: Seen, dialects: Mapping[str, Dialect], now: Conf) -> Iterator[Stage]:
    """Give the stages for nodes that left or are about to; `now` is what Corosync has loaded.

    The node in the CIB is the last thing to go, so that a run that was cut short is taken up again.
    """
    if not seen.running or not seen.awake:
        return
    spare = next(iter(dialects.values()))
    for name, leaver in seen.leaving.items():
        if leaver and not (leaver.started and name not in now.nodes and leaver.host.corosync is None):
            part = Seen(seen.cluster, {name: leaver.host}, {name: leaver.node})
            yield from destroy.stages(part, {name: dialects.get(name, spare)})
        first = seen.running[0]
        if name in seen.nodes[first].members:
            # pcs hands its list of nodes on by itself, where it can; that a token stays known is no reason to stop.
            known = dialects[first].forget((name,)) if name in seen.nodes[first].pcs_hosts else ()
            step = Step("let Pacemaker forget the node", first, f"{name} left", (*known, *dialects[first].drop(name)))
            yield Stage(f"Let the cluster forget {name}", (step,))
