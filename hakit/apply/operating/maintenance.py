"""Maintenance: Pacemaker keeps its hands off, for a while or until it is told otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hakit.apply.operating.reins import Did, Means, Reins, take
from hakit.core import HakitError
from hakit.model import Cluster
from hakit.observe import maintenance as noted
from hakit.observe.crm_mon import ClusterState
from hakit.observe.maintenance import Mark
from hakit.plan.health import services
from hakit.plan.operating import maintenance as planned

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def on(cluster: Cluster, means: Means, *, by: str, lasting: timedelta | None) -> tuple[Did, Mark]:
    """Begin maintenance, for so long or without an end, or give the one that is on another end. Raises HakitError."""
    reins = take(cluster, means)
    written = noted.read(reins.seen.nodes[reins.door].cib)
    there = written.mark or Mark("", "")
    if reins.state.maintenance and lasting is None and written.explicit:
        return Did(changed=False), replace(there, until="")
    start, now = means.clock.now(), _now(reins)
    since = (there.since if reins.state.maintenance else "") or now.strftime(_FORM)
    mark = Mark(by, since, (now + lasting).strftime(_FORM) if lasting else "")
    with reins.held():
        reins.do("begin maintenance", "asked for", planned.on(written, mark, reins.dialect))
        reins.wait("maintenance is on", lambda state: state.maintenance, timeout=30.0)
    return Did(changed=True, seconds=means.clock.now() - start), mark


def off(cluster: Cluster, means: Means) -> Did:
    """End maintenance, and wait until Pacemaker has looked at everything again. Raises HakitError."""
    reins = take(cluster, means)
    written = noted.read(reins.seen.nodes[reins.door].cib)
    if not reins.state.maintenance and written.mark is None:
        return Did(changed=False)
    if reins.state.maintenance and not (written.mark or written.explicit):
        raise HakitError(
            "a rule of somebody else's keeps maintenance on",
            hint="look for maintenance-mode: cibadmin -Q -o crm_config",
        )
    start = means.clock.now()
    with reins.held():
        reins.do("end maintenance", "asked for", planned.off(written, reins.dialect))
        reins.wait("maintenance is off", lambda state: not state.maintenance, timeout=30.0)
        did = reins.ended(start)
    return replace(did, notes=_unserved(cluster, reins.wait("the cluster answers", lambda _: True, timeout=30.0)))


def _now(reins: Reins) -> datetime:
    """Give the controller's time, for it judges the end; ours when it was not reached."""
    host = reins.seen.hosts.get(reins.state.dc)
    ahead = (host.clock.least + host.clock.most) / 2 if host else 0.0
    return datetime.now(UTC) + timedelta(seconds=ahead)


def _unserved(cluster: Cluster, state: ClusterState) -> tuple[str, ...]:
    return tuple(
        f"{each.name} does not serve: hakit status"
        for each in cluster.services
        if not services.as_wished(cluster, each, state)
    )
