"""The stages of a bootstrap, in order; each is empty when nothing of it is missing."""

from __future__ import annotations

from collections.abc import Mapping

from hakit.plan.bootstrap import configuration, hosts, resources, running
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.wanted import Wanted


def stages(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> tuple[Stage, ...]:
    """Give what is missing of the wanted cluster, as far as it can be foreseen from what was seen.

    Only the first stage is certain: look again behind it. Empty when nothing is missing. `dialects` has one for
    each node. What must be refused is for `refusals` to say, before.
    """
    found = (
        Stage("Take notes", tuple(hosts.notes(wanted, seen, dialects))),
        Stage("Prepare the hosts", tuple(hosts.prepare(wanted, seen, dialects))),
        Stage("Configure the cluster", tuple(configuration.configure(wanted, seen))),
        Stage("Start the cluster", tuple(running.start(seen, dialects))),
        Stage("Make it last", tuple(running.settle_in(wanted, seen, dialects))),
        Stage("Put the services in place", tuple(resources.push(wanted, seen, dialects))),
    )
    return tuple(stage for stage in found if stage.steps)
