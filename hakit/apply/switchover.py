"""Move a service, wait until it serves there, and leave nothing behind that steers it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hakit import render
from hakit.apply import glance
from hakit.apply.look import look_at_some
from hakit.apply.operating.reins import Means, Reins, take, through_any
from hakit.apply.outage import Outage, measured
from hakit.core import Clock, HakitError, Listener, Runner, wait_until
from hakit.model import Cluster, Switchback
from hakit.plan.health import services
from hakit.plan.seen import Seen
from hakit.plan.switchover import Move, obstacle
from hakit.plan.switchover import move as planned

# How long the wish lasts when nobody takes it back (hakit was killed): ISO 8601.
_LIFETIME = "PT30M"
# Looks in a row by which a service that is where it was has really come back.
_SURE = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it; `seconds` from the wish to serving, 0 when the service was there already.

    `outage` is what somebody saw who asked the service all the while.
    """

    move: Move
    seconds: float
    outage: Outage


def switchover(  # noqa: PLR0913 - what, where, and the means to do it
    cluster: Cluster,
    runner: Runner,
    service: str,
    target: str | None,
    *,
    clock: Clock,
    listener: Listener,
    here: bool = False,
    asking: bool = True,
) -> Moved:
    """Move the service to the target, or to the node that can take it, and measure the outage.

    `here`: this machine is none of the nodes, and may ask the service meanwhile as a client; not `asking`: nobody is to ask,
    because somebody else watches. Raises HakitError when it can't go there, or is not serving there in time; the wish is taken back in any case.
    """
    reins = take(cluster, Means(runner, clock, listener))
    move = planned(reins.seen, service, target)
    if move.source == move.target:
        return Moved(move, 0.0, Outage(why_not="it was there already"))
    _refuse_return(cluster, move)
    limit = 2 * _limit(cluster, service)
    with reins.held(), measured(runner, reins.seen, move, here=here, asking=asking, limit=limit) as meanwhile:
        start = time.monotonic()
        try:
            wish = reins.dialect.move(service, move.target, lifetime=_LIFETIME)
            reins.do(f"move {service} to {move.target}", "asked for", wish)
            _arrived(cluster, reins, move)
            seconds = time.monotonic() - start
        finally:
            through_any(reins, lambda by: _clear(by, service))
        _stays(cluster, runner, move, clock)
    return Moved(move, seconds, meanwhile.outage)


def _refuse_return(cluster: Cluster, move: Move) -> None:
    wanted = cluster.service(move.service)
    if wanted.switchback is Switchback.AUTOMATIC and wanted.prefer not in {None, move.target}:
        raise HakitError(
            f"{move.service} would go back to {wanted.prefer} by itself at once (switchback: automatic)",
            hint=f"put {wanted.prefer} into standby, or say switchback: never",
        )


def _limit(cluster: Cluster, service: str) -> float:
    timeouts = cluster.service(service).timeouts
    return 30.0 + timeouts.start + timeouts.stop


def _arrived(cluster: Cluster, reins: Reins, move: Move) -> None:
    """Wait until the service serves there, by the word of any node: the one it was asked through may die meanwhile.

    Raises HakitError as soon as the service is back where it was: its target has died, or could not start it.
    """
    looks = glance.Looks(reins.seen.running, reins.means.runner, reins.means.clock, least=0.1)
    left, back = False, 0

    def place() -> str:
        nonlocal left, back
        best = looks.best()
        where = services.place(cluster.service(move.service), best)
        left = left or (
            bool(best.nodes) and where != move.source
        )  # by somebody's word: that nobody answered says nothing
        gone = not any(node.name == move.target and node.online for node in best.nodes)
        back = back + 1 if where == move.source and (left or gone) else 0
        if back >= _SURE:
            raise _returned(cluster, reins, move, f"{move.target} is offline" if gone else "")
        return where

    wait_until(
        f"{move.service} serves on {move.target}",
        place,
        lambda where: where == move.target,
        clock=reins.means.clock,
        timeout=_limit(cluster, move.service),
        every=looks.pace,
        in_a_row=1,
    )


def _returned(cluster: Cluster, reins: Reins, move: Move, why: str) -> HakitError:
    if not why:
        seen, _ = look_at_some(cluster, reins.means.runner)
        why = obstacle(seen, move.service, move.target)
    return HakitError(
        f"{move.service} serves on {move.source} again, and did not go to {move.target}{f': {why}' if why else ''}",
        hint="hakit status",
    )


def _clear(reins: Reins, service: str) -> None:
    reins.do(f"take the wish for {service} back", "nothing is to steer it later", reins.dialect.clear(service))


def _stays(cluster: Cluster, runner: Runner, move: Move, clock: Clock) -> None:
    def once() -> tuple[str, tuple[str, ...]]:
        seen, _ = look_at_some(cluster, runner)
        left = render.leftovers(seen.nodes[seen.running[0]].cib) if seen.running else ()
        return _place(seen, move.service), tuple(name for name in left if name.endswith(f"-{move.service}"))

    wait_until(
        f"{move.service} stays on {move.target} with no constraint left behind",
        once,
        lambda both: both == (move.target, ()),
        clock=clock,
        timeout=20.0,
        every=0.3,
    )


def _place(seen: Seen, service: str) -> str:
    return services.place(seen.cluster.service(service), seen.state) if seen.state else ""
