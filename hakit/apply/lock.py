"""Keep others from changing the cluster while we do: a lock on every node, held as long as we live.

Who changes the configuration needs it on all nodes. Who moves a service may do so to save it from a node that is lost, and
takes it on those that can be reached.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from hakit.core import CommandFailed, HakitError, HostUnreachable, Runner
from hakit.observe import lock
from hakit.observe.lock import Held
from hakit.run import oneself
from hakit.run.hosts import fan_out

# Seconds from one time that the lock is taken anew to the next; several may fail before it ends.
_EVERY = 30.0


class Busy(HakitError):
    """Somebody else changes the cluster; holds who."""

    def __init__(self, host: str, held: Held) -> None:
        super().__init__(
            f"{held.owner} changes this cluster since {held.since} (lock on {host}); nothing was changed by us",
            hint=f"wait for it and look at `hakit history`; if that process is dead, its lock ends in {held.seconds:.0f} s",
        )
        self.held = held


class Lease:
    """The lock that we have; `insist` before every change, for who was suspended for minutes may have lost it."""

    def __init__(self, nodes: Iterable[str], runner: Runner, owner: str) -> None:
        self._nodes, self._runner, self._owner = tuple(nodes), runner, owner
        self._lost: Busy | None = None
        self._enough = threading.Event()

    def insist(self) -> None:
        """Raise Busy when somebody else has the lock by now."""
        if self._lost:
            raise self._lost

    def extend(self, nodes: Iterable[str], *, all_of_them: bool = True) -> None:
        """Hold it on these nodes as well, or on those of them that can be reached.

        Raises Busy, CommandFailed, and HostUnreachable when it is to be all of them.
        """
        for name in sorted(set(nodes) - set(self._nodes)):
            try:
                _take(name, self._runner, self._owner)
            except HostUnreachable:
                if all_of_them:
                    raise
            else:
                self._nodes = (*self._nodes, name)

    def keep(self) -> None:
        """Take it anew from time to time, until `free`; a node that can't be reached is passed over."""
        while not self._enough.wait(_EVERY):
            for name in self._nodes:
                try:
                    _take(name, self._runner, self._owner)
                except Busy as busy:
                    self._lost = busy
                except HakitError:
                    continue

    def free(self) -> None:
        """Give it back on every node that can be reached."""
        self._enough.set()

        def one(host: str) -> None:
            with suppress(HakitError):
                self._runner.run(host, lock.free(self._owner))

        fan_out(self._nodes, one)


@contextmanager
def held(nodes: Iterable[str], runner: Runner, *, all_of_them: bool = True) -> Iterator[Lease]:
    """Hold the lock on the nodes, as `Lease.extend` says. Raises Busy when somebody else has it on one of them.

    Everybody takes the nodes in the same order, so of two who begin at once one gets them all.
    """
    lease = Lease((), runner, oneself.owner())
    keeper = threading.Thread(target=lease.keep, daemon=True)
    try:
        lease.extend(nodes, all_of_them=all_of_them)
        keeper.start()
        yield lease
    finally:
        lease.free()


def _take(host: str, runner: Runner, owner: str) -> None:
    said = _asked(host, runner, owner)
    if said and oneself.dead(said.owner):
        said = _asked(host, runner, owner, said.owner)
    if said:
        raise Busy(host, said)


def _asked(host: str, runner: Runner, owner: str, predecessor: str = "") -> Held | None:
    outcome = runner.run(host, lock.take(owner, predecessor))
    if not outcome.ok:
        raise CommandFailed(outcome)
    return lock.read(outcome)
