"""A node that runs nothing for a while, and takes part again."""

from __future__ import annotations

from collections.abc import Callable

from hakit.apply.operating.reins import Did, Means, Reins, take
from hakit.core import ExitCode, HakitError
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState, NodeState
from hakit.plan import names
from hakit.plan.health import services
from hakit.plan.operating.places import Stranded, active_on, stranded

Agree = Callable[[tuple[Stranded, ...]], bool]


def standby(cluster: Cluster, means: Means, node: str, *, agree: Agree) -> Did:
    """Let the node run nothing, and wait until what ran there serves elsewhere.

    `agree` is asked only when a service would have nowhere to go, and stop. Raises HakitError when the node is not
    known or takes no part, when it is not agreed, or when something does not arrive in time; the node stays in
    standby then.
    """
    names.node(cluster, node)
    reins = take(cluster, means, avoid=node)
    if _member(reins.state, node).standby:
        return Did(changed=False)
    if reins.state.maintenance:
        raise HakitError("maintenance is on, so nothing would move", hint="hakit maintenance off")
    alone = stranded(reins.seen, node)
    if alone and not agree(alone):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    start = means.clock.now()
    leaving = active_on(cluster, reins.state, node)
    with reins.held():
        reins.do(f"put {node} into standby", "asked for", reins.dialect.standby(node))
        lost = frozenset(each.service for each in alone)
        reins.wait(
            f"{node} runs nothing" + (f", and {', '.join(leaving)} elsewhere" if set(leaving) - lost else ""),
            lambda state: _left(cluster, state, node, frozenset(leaving) - lost),
            timeout=reins.patience(leaving),
            hint=f"hakit status; it stays in standby: hakit unstandby {node}",
        )
        return reins.ended(start, notes=tuple(each.text() for each in alone))


def unstandby(cluster: Cluster, means: Means, node: str) -> Did:
    """Let the node take part again, and wait until the cluster has nothing left to do. Raises HakitError."""
    names.node(cluster, node)
    reins = take(cluster, means)
    if not _member(reins.state, node).standby:
        return Did(changed=False)
    start = means.clock.now()
    with reins.held():
        reins.do(f"take {node} out of standby", "asked for", reins.dialect.unstandby(node))
        reins.wait(f"{node} takes part", lambda state: not _member(state, node).standby, timeout=30.0)
        return reins.ended(start, notes=_away(reins, node))


def _away(reins: Reins, node: str) -> tuple[str, ...]:
    return () if _member(reins.state, node).online else (f"{node} is offline; it takes part when it is back",)


def _member(state: ClusterState, node: str) -> NodeState:
    for each in state.nodes:
        if each.name == node:
            return each
    raise HakitError(f"the cluster does not know {node} yet", hint="hakit status")


def _left(cluster: Cluster, state: ClusterState, node: str, leaving: frozenset[str]) -> bool:
    resting = _member(state, node).standby and not active_on(cluster, state, node)
    return resting and all(services.as_wished(cluster, cluster.service(name), state) for name in leaving)
