"""A volume's two sides: how they stand, joined again, and a split brain ended by a person's choice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hakit.apply import stage
from hakit.apply.look import look_at_reachable
from hakit.apply.operating.reins import Did, Means, Reins, take
from hakit.core import DeadlinePassed, ExitCode, HakitError, wait_until
from hakit.core.event import Progress
from hakit.model import Cluster, Volume
from hakit.observe import drbd
from hakit.observe.drbd import Side
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.volume import replacing, resolving, sight
from hakit.run.hosts import fan_out

_MEET = 30.0  # seconds for two sides to find each other
_STILL = 60.0  # seconds without anything getting less until a synchronization counts as stuck


def standing(cluster: Cluster, means: Means) -> Seen:
    """Look at what can be reached. Raises HakitError when that is nothing."""
    return look_at_reachable(cluster, means.runner)[0]


def resync(cluster: Cluster, means: Means, service: str) -> Did:
    """Let the sides find each other, give one that has no device the one that is there, and wait until both have everything.

    Raises HakitError when they refuse each other, don't meet, or don't get on, and when a device is missing or not blank.
    """
    reins = take(cluster, means)
    wanted, volume = resolving.chosen(reins.seen.cluster, service)
    start = means.clock.now()
    if sight.whole(sight.sides(reins.seen, volume)):
        return Did(changed=False)
    stages = (replacing.replace(reins.seen, wanted, volume), resolving.reconnect(reins.seen, wanted, volume))
    with reins.held():
        for doing in stages:
            if doing.steps:
                stage.do(doing, means.runner, means.listener)
        if down := replacing.down(reins.seen, volume):
            why = f"it is down on {' and '.join(down)}"
            reins.do(f"let the volume of {service} be started again", why, reins.dialect.cleanup(wanted.mirror))
            reins.settle()
        _alike(reins, service, volume)
    return Did(changed=True, seconds=means.clock.now() - start)


def resolve(  # noqa: PLR0913 - which, how, and the means to do it
    cluster: Cluster,
    means: Means,
    service: str,
    keep: str,
    *,
    copy: bool,
    agree: Callable[[Seen, tuple[Stage, ...]], bool],
) -> Did:
    """Keep one side, drop what the other alone has, and wait until they are alike. Raises HakitError."""
    reins = take(cluster, means)
    _, volume = resolving.chosen(reins.seen.cluster, service)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    stages = resolving.resolve(reins.seen, service, keep, moment, copy=copy)
    if not agree(reins.seen, stages):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    start = means.clock.now()
    with reins.held():
        # Somebody may have thought it over for long; a side that has come into use meanwhile is not dropped.
        for each in resolving.resolve(standing(cluster, means), service, keep, moment, copy=copy):
            stage.do(each, means.runner, means.listener)
        _alike(reins, service, volume)
    return Did(changed=True, seconds=means.clock.now() - start)


def _alike(reins: Reins, service: str, volume: Volume) -> None:
    """Wait until both sides are alike, however long that takes as long as it gets on. Only DRBD is asked meanwhile."""
    means, first = reins.means, 0
    best, since = 0, means.clock.now()

    def ask(name: str) -> Side | None:
        return drbd.read(means.runner.batch(name, drbd.ACTIONS, keep_going=True)).get(volume.minor)

    def look() -> dict[str, Side]:
        nonlocal first, best, since
        answers = fan_out((node.name for node in reins.cluster.nodes), ask)
        sides = {name: side for name, side in answers.items() if isinstance(side, Side)}
        left = max((side.out_of_sync for side in sides.values() if side.syncing), default=0)
        first = max(first, left)
        if left and left != best:
            best, since = left, means.clock.now()
            means.listener.hear(Progress(f"synchronize {service}", first - left, first))
        return sides

    def over(sides: dict[str, Side]) -> bool:
        moving = any(side.syncing for side in sides.values())
        idle = means.clock.now() - since
        return sight.whole(sides) or idle > (_STILL if moving else _MEET)

    try:
        sides = wait_until(
            f"both sides of {service}'s volume are alike", look, over, clock=means.clock, timeout=86400, in_a_row=1
        )
    except DeadlinePassed as late:
        raise HakitError(f"the synchronization of {service}'s volume takes too long", hint="hakit status") from late
    if sight.whole(sides):
        return
    said = "; ".join(f"{name}: {side.connection}, {side.disk}" for name, side in sides.items())
    hint = "hakit volume status"
    if any(side.connection == drbd.STANDALONE for side in sides.values()):
        hint = f"both sides were written to; choose one: hakit volume resolve {service} --keep NODE"
    raise HakitError(f"the sides of {service}'s volume don't become alike ({said})", hint=hint)
