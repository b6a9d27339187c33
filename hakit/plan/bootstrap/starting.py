"""Starting the cluster on a node, with the time that it takes there."""

from __future__ import annotations

import dataclasses

from hakit.core import Action, Command
from hakit.model import Cluster, SbdFencing
from hakit.observe.host.units import DEVICE
from hakit.plan import boot
from hakit.plan.dialect import Dialect
from hakit.plan.seen import STACK, Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted
from hakit.render import sbd


def actions(seen: Seen, dialect: Dialect) -> tuple[Action, ...]:
    """Give the tool's actions; where sbd keeps Pacemaker waiting at its start, they get that time more."""
    fencing = seen.cluster.fencing
    more = sbd.times(seen.cluster, fencing).delay_start if isinstance(fencing, SbdFencing) else 0
    return tuple(
        dataclasses.replace(each, timeout=each.timeout + more) if isinstance(each, Command) else each
        for each in dialect.start()
    )


def step(wanted: Wanted, seen: Seen, dialect: Dialect, name: str, why: str) -> Step:
    """Give the step that starts a node's cluster, and has it start at boot where the spec wants that.

    Not later, while services start: docs/decisions/0032-no-reload-while-services-start.md
    """
    last = wanted.cluster.autostart and boots_otherwise(seen, name, wish=True)
    first = (boot.at_boot(*units(seen.cluster), enabled=True),) if last else ()
    return Step(
        f"start Corosync and Pacemaker{', now and at boot' if last else ''}",
        name,
        why,
        (*first, *actions(seen, dialect)),
    )


def boots_otherwise(seen: Seen, name: str, *, wish: bool) -> bool:
    """Say whether the node's cluster would start at its boot, or not, against the wish."""
    known = seen.hosts[name].units
    return any((seen.ours(name) and known[unit].enabled) != wish for unit in units(seen.cluster))


def units(cluster: Cluster) -> tuple[str, ...]:
    """Name the units that make the cluster at boot: with a quorum device its client too, which nothing else starts then."""
    return (*STACK, *((DEVICE,) if cluster.quorum.device else ()))
