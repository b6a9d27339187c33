"""The stages of a bootstrap, in order; each is empty when nothing of it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit.plan import alerts
from hakit.plan.bootstrap import configuration, hosts, quorum, resources, running
from hakit.plan.changes import live, parting, rest
from hakit.plan.dialect import Dialect
from hakit.plan.sbd import making as sbd
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.volume import making
from hakit.plan.wanted import Wanted

START = "Start the cluster"


def stages(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> tuple[Stage, ...]:
    """Give what is missing of the wanted cluster, as far as it can be foreseen from what was seen.

    Only the first stage is certain: look again behind it. Empty when nothing is missing. `dialects` has one for
    each node. What must be refused is for `refusals` to say, before.
    """
    way = live.way(wanted, seen)
    found = (
        Stage("Take notes", tuple(hosts.notes(wanted, seen, dialects))),
        Stage("Prepare the hosts", tuple(hosts.prepare(wanted, seen, dialects))),
        *making.stages(wanted, seen),
        *sbd.stages(wanted, seen),
        *(live.stages(wanted, seen, dialects, way) if way.hops else _still(wanted, seen, dialects)),
        Stage("Take the services up again", () if way.hops else tuple(rest.take_up(seen, dialects))),
        Stage(quorum.TITLE, tuple(quorum.connect(wanted, seen))),
        Stage("Let go of the quorum device", tuple(quorum.part(wanted, seen))),
        Stage("Make it last", tuple(running.settle_in(wanted, seen, dialects))),
        Stage("Put the services in place", tuple(resources.push(wanted, seen, dialects))),
        *parting.stages(seen, dialects, way.now),
        Stage("Clear away what is no longer needed", tuple(alerts.remove(wanted, seen))),
    )
    return tuple(stage for stage in found if stage.steps)


def _still(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Stage]:
    """Give the stages of nodes whose Corosync needn't change while it runs."""
    yield Stage("Configure the cluster", tuple(configuration.configure(wanted, seen)))
    yield Stage(START, tuple(running.start(wanted, seen, dialects)))
