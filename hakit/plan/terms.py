"""On which terms a cluster may be changed."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.model import Cluster


@dataclass(frozen=True, slots=True)
class Terms:
    """`replace`: other clusters on the hosts are destroyed, and all that the spec doesn't know is removed.

    `live`: a running cluster may get another corosync.conf. `applied` is the spec that was last in force: what it has
    and the wanted one hasn't is removed by intent, not by accident. `foreign`: so is what neither of them knows.
    """

    replace: bool = False
    live: bool = False
    foreign: bool = False
    applied: Cluster | None = None
