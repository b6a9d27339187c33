"""Move a service, wait until it serves there, and leave nothing behind that steers it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hakit import render
from hakit.apply import glance, stage, tools
from hakit.apply.look import look_at_reachable, look_at_some
from hakit.core import Clock, HakitError, Listener, Runner, wait_until
from hakit.model import Cluster, Switchback
from hakit.plan.dialect import Dialect
from hakit.plan.health import services
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.switchover import Move
from hakit.plan.switchover import move as planned

# How long the wish lasts when nobody takes it back (hakit was killed): ISO 8601.
_LIFETIME = "PT30M"


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it; `seconds` from the wish to serving, 0 when the service was there already."""

    move: Move
    seconds: float


def switchover(  # noqa: PLR0913 - what, where, and the means to do it
    cluster: Cluster, runner: Runner, service: str, target: str | None, *, clock: Clock, listener: Listener
) -> Moved:
    """Move the service to the target, or to the node that can take it.

    Raises HakitError when it can't go there, or is not serving there in time; the wish is taken back in any case.
    """
    seen, _ = look_at_reachable(cluster, runner)
    move = planned(seen, service, target)
    if move.source == move.target:
        return Moved(move, 0.0)
    _refuse_return(cluster, move)
    door = seen.running[0]
    dialect = tools.detected(seen, runner, (door,))[door]
    start = time.monotonic()
    try:
        wish = Step(
            f"move {service} to {move.target}",
            door,
            "asked for",
            dialect.move(service, move.target, lifetime=_LIFETIME),
        )
        stage.do(Stage(f"Move {service}", (wish,)), runner, listener)
        _arrived(cluster, runner, move, door, clock)
        seconds = time.monotonic() - start
    finally:
        _clear(runner, door, service, dialect, listener)
    _stays(cluster, runner, move, clock)
    return Moved(move, seconds)


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


def _arrived(cluster: Cluster, runner: Runner, move: Move, door: str, clock: Clock) -> None:
    def place() -> str:
        state = glance.glance((door,), runner)[door]
        return services.place(cluster.service(move.service), state) if state else ""

    wait_until(
        f"{move.service} serves on {move.target}",
        place,
        lambda where: where == move.target,
        clock=clock,
        timeout=_limit(cluster, move.service),
        every=0.1,
        in_a_row=1,
    )


def _clear(runner: Runner, door: str, service: str, dialect: Dialect, listener: Listener) -> None:
    step = Step(f"take the wish for {service} back", door, "nothing is to steer it later", dialect.clear(service))
    stage.do(Stage("Tidy up", (step,)), runner, listener)


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
