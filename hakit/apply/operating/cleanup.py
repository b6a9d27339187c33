"""Forget failures, once somebody has seen them."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.apply.look import look_at_some
from hakit.apply.operating.reins import Did, Means, Reins, take
from hakit.core import HakitError
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState, Failure, History
from hakit.plan import names
from hakit.plan.health import services
from hakit.plan.health.traces import INFINITY

__all__ = ["INFINITY", "Cleaned", "Troubles", "cleanup", "text", "troubles"]


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the cluster remembers: failed operations with their reasons, and how often each resource failed where."""

    failures: tuple[Failure, ...]
    counts: tuple[History, ...]

    @property
    def any(self) -> bool:
        """Whether there is anything to forget."""
        return bool(self.failures or self.counts)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was forgotten, and what came of it."""

    before: Troubles
    did: Did


def cleanup(cluster: Cluster, means: Means, service: str) -> Cleaned:
    """Forget the service's failures, or everybody's when it is empty, and wait until the cluster has come to rest.

    Raises HakitError when something fails again at once.
    """
    if service:
        names.service(cluster, service)
    reins = take(cluster, means)
    before = troubles(cluster, reins.state, service)
    if not before.any:
        return Cleaned(before, Did(changed=False))
    start = means.clock.now()
    handles = cluster.service(service).handles if service else ("",)
    wishes = tuple(wish for handle in handles for wish in reins.dialect.cleanup(handle))
    with reins.held():
        reins.do(f"forget the failures of {service or 'all'}", "asked for", wishes)
        did = reins.ended(start)
        _again(reins, before, look_at_some(cluster, means.runner)[0].state, service)
    return Cleaned(before, did)


def troubles(cluster: Cluster, state: ClusterState, service: str) -> Troubles:
    """Pick what the cluster remembers of the service, or of everything when it is empty."""
    ours = (service, *services.parts(cluster.service(service))) if service else None
    return Troubles(
        tuple(each for each in state.failures if ours is None or each.resource in ours),
        tuple(each for each in state.history if each.fail_count and (ours is None or each.resource in ours)),
    )


def _again(reins: Reins, before: Troubles, state: ClusterState | None, service: str) -> None:
    left = troubles(reins.cluster, state, service) if state else before
    if left.failures:
        lines = (f"  {text(each)}" for each in left.failures)
        raise HakitError(
            "\n".join(("cleaned up, but it failed again:", *lines)), hint="mend the cause, then clean up again"
        )


def text(failure: Failure) -> str:
    """Say a failure in a line: what, where, how, why and when."""
    why = f": {failure.reason}" if failure.reason else ""
    return f"{failure.operation} on {failure.node}: {failure.status}{why}{f', {failure.when}' if failure.when else ''}"
