"""Fencing by hand: try it on a node for real, and tell the cluster that a node is known to be off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hakit import render
from hakit.apply import secrets
from hakit.apply.operating.reins import Did, Means, Reins, take
from hakit.core import ExitCode, HakitError, HostUnreachable
from hakit.model import Cluster, Device, SbdFencing, sbd
from hakit.observe import node as node_
from hakit.observe.crm_mon import ClusterState, Fence, NodeState
from hakit.observe.host import fencing
from hakit.observe.host.fencing import Answer
from hakit.plan import names
from hakit.plan.health.services import as_wished
from hakit.plan.operating.places import active_on, moves, places

# Seconds. Firmware, boot and the start of the cluster of a real server.
_BACK = 900.0


@dataclass(frozen=True, slots=True)
class Tested:
    """What the node's devices answered, by name, asked on `by`; what fencing came to, None when it wasn't wanted."""

    by: str
    answers: dict[str, Answer]
    did: Did | None


Agree = Callable[[str, dict[str, Answer], tuple[str, ...]], bool]
"""Asked with the node, what its devices answered and the services that run there, before it is really fenced."""


def test(cluster: Cluster, means: Means, node: str, *, agree: Agree) -> Tested:
    """Ask the node's devices; if agreed, fence it and wait until it takes part again.

    Raises HakitError when there is no device, when none answers, when fencing fails, or the node doesn't come back.
    """
    names.node(cluster, node)
    reins = take(cluster, means, avoid=node)
    if reins.door == node:
        raise HakitError(f"no other node runs that could fence {node}", hint="hakit status")
    answers = _asked(reins, node)
    _member(reins.state, node)
    if not any(each.state for each in answers.values()):
        said = "; ".join(f"{name}: {each.reason}" for name, each in answers.items())
        raise HakitError(f"no device that could fence {node} answers: {said}", hint="hakit preflight")
    there = active_on(cluster, reins.state, node)
    if not agree(node, answers, tuple(there)):
        return Tested(reins.door, answers, None)
    return Tested(reins.door, answers, _fenced(reins, node))


def history(cluster: Cluster, means: Means) -> tuple[Fence, ...]:
    """Return what the cluster remembers of fencing, the latest first. Raises HakitError when it doesn't run."""
    reins = take(cluster, means)
    return reins.state.fences


def confirm(cluster: Cluster, means: Means, node: str, *, agree: Callable[[str], bool]) -> Did:
    """Tell the cluster that a person has seen the node to be off, and wait until it goes on.

    Raises HakitError when the cluster doesn't wait for that, when the node answers over ssh, or when it is not agreed.
    """
    names.node(cluster, node)
    reins = take(cluster, means, avoid=node)
    seen = _member(reins.state, node)
    if seen.online:
        raise HakitError(f"{node} takes part in the cluster: it is not down", hint="hakit status")
    if not seen.unclean:
        return Did(changed=False)
    _refuse_if_it_lives(reins, node)
    if not agree(node):
        raise HakitError("not confirmed; nothing was changed", code=ExitCode.DIFFERENT)
    start = means.clock.now()
    reins.do(f"confirm that {node} is off", "somebody has seen it", reins.dialect.confirm(node))
    # Not until the cluster has nothing left to do: it may be asking the dead device for minutes.
    known, before = reins.cluster, places(reins.cluster, reins.state)
    state = reins.wait(
        f"the cluster takes {node} for off, and its services serve elsewhere",
        lambda now: (
            not _member(now, node).unclean
            and not active_on(known, now, node)
            and all(as_wished(known, each, now) for each in known.services)
        ),
        timeout=reins.patience(),
    )
    moved = moves(before, places(known, state))
    return Did(changed=True, seconds=means.clock.now() - start, moved=moved)


def _asked(reins: Reins, node: str) -> dict[str, Answer]:
    full = secrets.from_cluster(reins.cluster, reins.seen)
    if isinstance(full.fencing, SbdFencing) and not full.fencing.disks:
        return {"watchdog": _watched(reins, node)}
    mine = [each for each in render.fence_devices(full) if node in each.nodes]
    if not mine:
        raise HakitError(f"no device fences {node}: the spec has none", code=ExitCode.SPEC)
    return {each.name: _ask(reins, each) for each in mine}


def _watched(reins: Reins, node: str) -> Answer:
    """Say of SBD without disks whether the node feeds its watchdog: nobody else could be asked."""
    host = reins.seen.hosts.get(node)
    if host is None:
        return Answer("", "the node can't be reached to see whether sbd runs there")
    return Answer("on") if host.units[sbd.UNIT].running else Answer("", "sbd does not run there")


def _ask(reins: Reins, device: Device) -> Answer:
    if not fencing.complete(device):
        return Answer("", "its secret is known neither here nor to the cluster")
    return fencing.answer(reins.means.runner.run(reins.door, fencing.status(device, reins.door)))


def _fenced(reins: Reins, node: str) -> Did:
    start = reins.means.clock.now()
    reins.do(f"fence {node}", "asked for", reins.dialect.fence(node))
    reins.wait(
        f"{node} is back in the cluster",
        lambda state: _member(state, node).online and not _member(state, node).pending,
        timeout=_BACK,
        hint=f"it was fenced; look at its console, then there: systemctl start pacemaker (autostart: "
        f"{str(reins.cluster.autostart).lower()})",
    )
    return reins.ended(start)


def _refuse_if_it_lives(reins: Reins, node: str) -> None:
    """A node that answers over ssh is not off, whoever says so."""
    try:
        reins.means.runner.run(node, node_.LIVE_CIB)
    except HostUnreachable:
        return
    raise HakitError(
        f"{node} answers over ssh: it is not off", hint="switch it off first, or cut its power; then confirm again"
    )


def _member(state: ClusterState, node: str) -> NodeState:
    for each in state.nodes:
        if each.name == node:
            return each
    raise HakitError(f"the cluster does not know {node} yet", hint="hakit status")
