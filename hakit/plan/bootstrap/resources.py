"""Services into a cluster that runs already: the difference, as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit import render
from hakit.core import Action, Put, Remove, Secret
from hakit.observe import epoch
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted

OLD = "/var/lib/hakit/cib-old.xml"
NEW = "/var/lib/hakit/cib-new.xml"
_TOLD = 3  # differences that stand in the step's reason; hakit plan lists them all


def push(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Bring the running cluster's CIB to the spec; what Pacemaker keeps there itself stays.

    Waits for the election: before it, a node's CIB may not be the cluster's.
    """
    if not (seen.running and seen.awake):
        return
    name = seen.running[0]
    live = seen.nodes[name].cib
    differences = render.differences(live, wanted.cluster)
    if differences:
        actions = replaced(dialects[name], live, render.merged(live, wanted.cluster))
        more = len(differences) - _TOLD
        why = "; ".join((*differences[:_TOLD], *((f"and {more} more",) if more > 0 else ())))
        yield Step("bring the CIB to the spec", name, why, actions)


def replaced(dialect: Dialect, live: str, new: str) -> tuple[Action, ...]:
    """Give the actions that make the difference between the live CIB and the new one the cluster's.

    When somebody else has changed it meanwhile, they end before anything is changed.
    """
    # A CIB holds the passwords of fencing devices.
    files = tuple(Put(path, Secret(cib), mode=0o600, backup=False) for path, cib in ((OLD, live), (NEW, new)))
    return (*files, epoch.still(live), *dialect.push(NEW, OLD), Remove(OLD), Remove(NEW))
