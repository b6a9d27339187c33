"""A running cluster in hand: looked at, with a node to act through and the dialect that is spoken there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TypeVar

from hakit.apply import glance, lock, stage, tools
from hakit.apply.look import look_at_reachable, look_at_some
from hakit.core import (
    Action,
    Clock,
    Command,
    CommandFailed,
    DeadlinePassed,
    HakitError,
    HostUnreachable,
    Listener,
    Runner,
    wait_until,
)
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState
from hakit.plan.dialect import Dialect
from hakit.plan.operating.places import moves, places
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.switchover import Move

T = TypeVar("T")
# Seconds that the cluster may need beside what its services need to stop and start.
_MARGIN = 30.0


@dataclass(frozen=True, slots=True)
class Means:
    """What every verb needs: the door to the hosts, a clock, and somebody who listens."""

    runner: Runner
    clock: Clock
    listener: Listener


@dataclass(frozen=True, slots=True)
class Did:
    """What a verb came to. `changed` is False where it was so already; `seconds` until it was so and seen.

    `moved` has what runs elsewhere than before; `notes` are lines that people should read.
    """

    changed: bool
    seconds: float = 0.0
    moved: tuple[Move, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reins:
    """The cluster as it was seen, its state by its own word, and the node through which things are done."""

    seen: Seen
    state: ClusterState
    door: str
    dialect: Dialect
    means: Means

    @property
    def cluster(self) -> Cluster:
        """The spec's cluster."""
        return self.seen.cluster

    def held(self) -> AbstractContextManager[object]:
        """Keep others from changing the cluster while we do, by the word of every node that was seen. Raises Busy."""
        return lock.held(self.seen.hosts, self.means.runner, all_of_them=False)

    def do(self, title: str, why: str, actions: tuple[Action, ...]) -> None:
        """Do the actions through the door, as one step. Raises HakitError."""
        step = Step(title, self.door, why, actions)
        stage.do(Stage(title[:1].upper() + title[1:], (step,)), self.means.runner, self.means.listener)

    def patience(self, services: Iterable[str] = ()) -> float:
        """Say how many seconds the services may take to stop and start again, all when none is named."""
        named = list(services) or [each.name for each in self.cluster.services]
        timeouts = [self.cluster.service(name).timeouts for name in named]
        return _MARGIN + sum(each.start + each.stop for each in timeouts)

    def wait(self, what: str, good: Callable[[ClusterState], bool], *, timeout: float, hint: str = "") -> ClusterState:
        """Glance at the running nodes until one that knows a controller says so. Raises DeadlinePassed."""
        looks = glance.Looks(self.seen.running, self.means.runner, self.means.clock, least=0.3)

        def fine(state: ClusterState) -> bool:
            return bool(state.dc) and good(state)

        try:
            return wait_until(what, looks.best, fine, clock=self.means.clock, timeout=timeout, every=looks.pace)
        except DeadlinePassed as late:
            raise HakitError(
                f"{what}: not so after {timeout:.0f} s; {_told(self.cluster, late)}", hint=hint or "hakit status"
            ) from late

    def settle(self) -> Seen:
        """Wait until the cluster has nothing left to do, and look. Raises HakitError when it does not come to rest."""
        limit = int(self.patience())
        # 124 (CRM_EX_TIMEOUT): it still has something to do. Neither pcs before 0.12 nor crm has a verb of its own.
        waiting = Command(("crm_resource", "--wait", f"--timeout={limit}"), timeout=limit + 30.0, changes_state=False)
        outcome = self.means.runner.run(self.door, waiting)
        if not outcome.ok:
            raise CommandFailed(outcome, hint="hakit status")
        seen, _ = look_at_some(self.cluster, self.means.runner)
        return seen

    def ended(self, start: float, *, notes: tuple[str, ...] = ()) -> Did:
        """Say what came of what began at `start` by the clock, once the cluster has come to rest."""
        seconds = self.means.clock.now() - start
        moved = moves(places(self.cluster, self.state), places(self.cluster, self.settle().state))
        return Did(changed=True, seconds=seconds, moved=moved, notes=notes)


def take(cluster: Cluster, means: Means, *, avoid: str = "") -> Reins:
    """Look at the cluster and choose a node to act through, if it can be not the one to `avoid`.

    Raises HakitError when no node can be reached, the cluster does not run, or has no quorum.
    """
    seen, _ = look_at_reachable(cluster, means.runner)
    state = seen.state
    if state is None:
        raise HakitError("the cluster does not run", hint="hakit bootstrap starts it")
    if not state.dc or not state.quorate:
        raise HakitError("the cluster has no quorum, so it acts on nothing that is asked of it", hint="hakit status")
    doors = sorted(seen.running, key=lambda name: (name == avoid, not _leads(seen, name)))
    return Reins(seen, state, doors[0], tools.detected(seen, means.runner, (doors[0],))[doors[0]], means)


def through_any(reins: Reins, work: Callable[[Reins], T]) -> T:
    """Do it through the door, or when that can't be reached any more through another running node."""
    last: HostUnreachable | None = None
    for door in (reins.door, *(name for name in reins.seen.running if name != reins.door)):
        try:
            return work(reins if door == reins.door else _by(reins, door))
        except HostUnreachable as error:
            last = error
    raise last or HakitError("no node is left to act through")


def _by(reins: Reins, door: str) -> Reins:
    return replace(reins, door=door, dialect=tools.detected(reins.seen, reins.means.runner, (door,))[door])


def _leads(seen: Seen, name: str) -> bool:
    state = seen.nodes[name].state
    return bool(state and state.dc and state.quorate)


def _told(cluster: Cluster, late: DeadlinePassed) -> str:
    """Say in words what was seen last."""
    state = late.last_seen
    if not isinstance(state, ClusterState) or not state.dc:
        return "no node answers"
    where = ", ".join(f"{name} on {node or 'no node'}" for name, node in places(cluster, state).items())
    why = "; ".join(
        f"{each.operation} on {each.node}: {each.status}{f': {each.reason}' if each.reason else ''}"
        for each in state.failures
    )
    return f"last seen: {where}{f'; failed: {why}' if why else ''}"
