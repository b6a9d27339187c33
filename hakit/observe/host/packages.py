"""Which versions of the cluster's software the host has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hakit.core import Action, Command, Outcome
from hakit.model import Cluster, SbdFencing
from hakit.model.tool import Tool

# Without these there is no cluster of hakit's kind; one of the two tools has to be there besides.
NEEDED = ("corosync", "pacemaker", "pacemaker-cli-utils", "resource-agents")
TOOLS = {Tool.PCS: "pcs", Tool.CRM: "crmsh"}
# Asked for besides: these are used where they are.
ALL = ("corosync", "pacemaker", "pacemaker-cli-utils", "pcs", "resource-agents", "crmsh", "sbd", "fence-agents")
# What replicates volumes: asked for, and needed, only where there are some.
_DRBD = "drbd-utils"
_SBD = "sbd"


def known(cluster: Cluster) -> tuple[str, ...]:
    """Name all that are asked for."""
    return (*ALL, *_of_volumes(cluster))


def needed(cluster: Cluster) -> tuple[str, ...]:
    """Name those without which the cluster can't be, the tool left aside."""
    sbd = (_SBD,) if isinstance(cluster.fencing, SbdFencing) else ()
    return (*NEEDED, *_of_volumes(cluster), *sbd)


def _of_volumes(cluster: Cluster) -> tuple[str, ...]:
    return (_DRBD,) if any(service.volume for service in cluster.services) else ()


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Ask for them."""
    return (
        # Exit code 1: some are not known at all; the others are listed all the same (dpkg-query(1)).
        Command(
            ("dpkg-query", "--show", "--showformat", "${Package}\t${db:Status-Abbrev}\t${Version}\n", *known(cluster)),
            ok_codes=frozenset({0, 1}),
            timeout=20,
            changes_state=False,
        ),
    )


def read(outcomes: Sequence[Outcome]) -> Mapping[str, str] | None:
    """Return the version of each installed package; None on a host without dpkg."""
    (outcome,) = outcomes
    if outcome.code == 127:  # noqa: PLR2004 - "not found", as shells and hakit.run say it
        return None
    rows = (line.split("\t") for line in outcome.stdout.splitlines())
    return {row[0]: row[2] for row in rows if len(row) == 3 and row[1].startswith("ii")}  # noqa: PLR2004
