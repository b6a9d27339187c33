"""Starting the cluster on a node, with the time that it takes there."""

from __future__ import annotations

import dataclasses

from hakit.core import Action, Command
from hakit.model import SbdFencing
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.render import sbd


def actions(seen: Seen, dialect: Dialect) -> tuple[Action, ...]:
    """Give the tool's actions; where sbd keeps Pacemaker waiting at its start, they get that time more."""
    fencing = seen.cluster.fencing
    more = sbd.times(seen.cluster, fencing).delay_start if isinstance(fencing, SbdFencing) else 0
    return tuple(
        dataclasses.replace(each, timeout=each.timeout + more) if isinstance(each, Command) else each
        for each in dialect.start()
    )
