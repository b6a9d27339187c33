"""The cluster stops and starts, its services don't: Pacemaker lets go of them for that time, and takes them up again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit import render
from hakit.core import Command, Put
from hakit.model.sbd import UNIT
from hakit.observe import node
from hakit.plan.bootstrap import resources, starting
from hakit.plan.changes.course import Hop
from hakit.plan.dialect import Dialect
from hakit.plan.sbd import making as sbd
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.wanted import Wanted

_PACEMAKER = "pacemaker.service"
LET_GO = "Let go of the services"


def stages(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect], hop: Hop) -> Iterator[Stage]:
    """Give the stages: let go, stop, configure, start. Once it stopped, the stages of a start do the rest."""
    live = seen.nodes[seen.running[0]].cib
    if not render.resting(live):
        # Without sbd, or with a watchdog slower than before, Pacemaker would not start with what stands there now.
        calm = render.unfenced(live) if sbd.outgrown(wanted, live) else live
        push = resources.replaced(dialects[seen.running[0]], live, render.rested(calm))
        step = Step("switch maintenance on", seen.running[0], "services run on while the cluster stops", push)
        yield Stage(LET_GO, (step,))
    why = f"Corosync can't {hop.title} while it runs"
    if any(seen.hosts[name].units[UNIT].running for name in seen.started):
        # A node that loses quorum while its Pacemaker still stops would be reset by its watchdog (sbd(8), watch).
        stop = (Command(("systemctl", "stop", "--", _PACEMAKER), timeout=600),)
        yield Stage(
            "Stop Pacemaker everywhere first", tuple(Step("stop Pacemaker", n, why, stop) for n in seen.started)
        )
    yield Stage(
        "Stop the cluster, not the services",
        tuple(Step("stop Corosync and Pacemaker", name, why, dialects[name].stop()) for name in seen.started),
    )
    yield from sbd.stages(wanted, seen, stopped=True)
    put = Put(node.COROSYNC_CONF, wanted.corosync_conf, backup=False)
    yield Stage(
        "Configure the cluster", tuple(Step("write corosync.conf", name, hop.title, (put,)) for name in seen.hosts)
    )
    yield Stage(
        "Start the cluster",
        tuple(
            Step("start Corosync and Pacemaker", name, "it was stopped", starting.actions(seen, dialects[name]))
            for name in seen.hosts
        ),
    )
    yield Stage("Take the services up again", tuple(take_up(seen, dialects, foreseen=True)))


def half_stopped(seen: Seen) -> Iterator[Step]:
    """Go on with a stop that has Pacemaker down everywhere, and Corosync not yet."""
    names = [name for name in seen.started if seen.hosts[name].units[_PACEMAKER].running]
    resting = any(cib and render.resting(cib) for name in seen.started if (cib := seen.nodes[name].cib))
    for name in seen.started if resting and not names else ():
        stop = (Command(("systemctl", "stop", "--", "corosync.service"), timeout=120),)
        yield Step("stop Corosync", name, "Pacemaker has stopped everywhere", stop)


def take_up(seen: Seen, dialects: Mapping[str, Dialect], *, foreseen: bool = False) -> Iterator[Step]:
    """Take back the maintenance that was ours, not an operator's, once all nodes are there again."""
    if not (seen.running and seen.awake):
        return
    live = seen.nodes[seen.running[0]].cib
    if foreseen or render.resting(live):
        push = resources.replaced(dialects[seen.running[0]], live, render.unrested(live))
        why = "Pacemaker finds the services where they run, and watches over them"
        yield Step("switch maintenance off", seen.running[0], why, push)
