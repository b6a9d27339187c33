"""A service taken out of service and back in, or restarted where it is."""

from __future__ import annotations

from collections.abc import Callable

from hakit import render
from hakit.apply.operating.reins import Did, Means, Reins, take
from hakit.core import Action, ExitCode, HakitError
from hakit.model import Cluster, Service
from hakit.observe.crm_mon import ClusterState
from hakit.plan import names
from hakit.plan.health import services

Agree = Callable[[tuple[str, ...]], bool]


def stop(cluster: Cluster, means: Means, service: str, *, agree: Agree) -> Did:
    """Take the service out of service and keep it so; wait until nothing of it runs.

    `agree` is asked with the services that depend on it and so stop too, when there are any. Raises HakitError.
    """
    reins = _taken(cluster, means, service)
    ours = services.parts(cluster.service(service))
    if _off(reins.state, ours) and not _active(reins.state, ours):
        return Did(changed=False)
    _free(reins, f"stop {service}")
    above = _dependents(reins, service)
    if above and not agree(above):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    start = means.clock.now()
    with reins.held():
        reins.do(f"take {service} out of service", "asked for", _each(cluster.service(service), reins.dialect.disable))
        reins.wait(
            f"nothing of {service} runs",
            lambda state: _off(state, ours) and not _active(state, ours),
            timeout=reins.patience((service, *above)),
        )
        return reins.ended(start)


def start(cluster: Cluster, means: Means, service: str) -> Did:
    """Put the service back in service, and wait until it serves. Raises HakitError, with why it failed to start."""
    reins = _taken(cluster, means, service)
    wanted = cluster.service(service)
    ours = services.parts(wanted)
    if not services.out_of_service(cluster, wanted, reins.state) and services.place(wanted, reins.state):
        return Did(changed=False)
    _free(reins, f"start {service}")
    below = [name for name in wanted.depends_on if services.out_of_service(cluster, cluster.service(name), reins.state)]
    if below:
        raise HakitError(f"{service} depends on {below[0]}, which is out of service", hint=f"hakit start {below[0]}")
    begun = means.clock.now()
    # An operator may have stopped a part of the group by itself, with pcs or crm.
    stopped = {*render.stopped(reins.seen.nodes[reins.door].cib)}.intersection(ours)
    wishes = tuple(wish for name in (*wanted.handles, *sorted(stopped)) for wish in reins.dialect.enable(name))
    with reins.held():
        reins.do(f"put {service} in service", "asked for", wishes)
        reins.wait(
            f"{service} serves",
            lambda state: bool(services.place(wanted, state)),
            timeout=reins.patience((service,)),
            hint=f"hakit status; when the cause is mended: hakit cleanup {service}",
        )
        return reins.ended(begun)


def restart(cluster: Cluster, means: Means, service: str, *, agree: Agree) -> Did:
    """Stop the service and start it again where it is, and wait until it serves. Raises HakitError."""
    reins = _taken(cluster, means, service)
    wanted = cluster.service(service)
    resting = services.out_of_service(cluster, wanted, reins.state)
    if resting:
        raise HakitError(f"{resting} is out of service", hint=f"hakit start {resting}")
    if not services.place(wanted, reins.state):
        raise HakitError(f"service {service} does not run in one piece on one node", hint="hakit status")
    _free(reins, f"restart {service}")
    above = _dependents(reins, service)
    if above and not agree(above):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    begun = means.clock.now()
    limit = reins.patience((service, *above))
    with reins.held():
        reins.do(f"restart {service}", "asked for", _restarts(reins, wanted, int(limit)))
        reins.wait(f"{service} serves", lambda state: bool(services.place(wanted, state)), timeout=limit)
        return reins.ended(begun)


def _each(service: Service, verb: Callable[[str], tuple[Action, ...]]) -> tuple[Action, ...]:
    """Give a verb for all that makes up the service."""
    return tuple(action for handle in service.handles for action in verb(handle))


def _restarts(reins: Reins, service: Service, limit: int) -> tuple[Action, ...]:
    """Restart it; a hot service on one node after the other, so that its address goes where it is well meanwhile."""
    if not service.hot:
        return reins.dialect.restart(service.name, patience=limit)
    holder = services.place(service, reins.state)
    nodes = sorted(services.well_on(service, reins.state), key=lambda node: node == holder)
    return tuple(
        action for node in nodes for action in reins.dialect.restart(service.everywhere, node=node, patience=limit)
    )


def _taken(cluster: Cluster, means: Means, service: str) -> Reins:
    names.service(cluster, service)
    return take(cluster, means)


def _free(reins: Reins, what: str) -> None:
    if reins.state.maintenance:
        raise HakitError(f"maintenance is on, so the cluster would not {what}", hint="hakit maintenance off")


def _off(state: ClusterState, ours: tuple[str, ...]) -> bool:
    return all(each.target == "Stopped" for each in state.resources if each.id in ours)


def _active(state: ClusterState, ours: tuple[str, ...]) -> bool:
    return any(state.placed.get(part) for part in ours)


def _dependents(reins: Reins, service: str) -> tuple[str, ...]:
    """Name the running services that depend on it, directly or through others."""
    above: dict[str, None] = {}
    for _ in reins.cluster.services:
        above |= {each.name: None for each in reins.cluster.services if {service, *above}.intersection(each.depends_on)}
    return tuple(name for name in above if services.place(reins.cluster.service(name), reins.state))
