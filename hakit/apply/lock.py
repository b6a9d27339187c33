"""Keep others from changing the cluster while we do: a lock on every node, held as long as we live."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from hakit.core import CommandFailed, HakitError, Runner
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

    def extend(self, nodes: Iterable[str]) -> None:
        """Hold it on these nodes as well. Raises Busy, HostUnreachable, CommandFailed."""
        for name in sorted(set(nodes) - set(self._nodes)):
            _take(name, self._runner, self._owner)
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
def held(nodes: Iterable[str], runner: Runner) -> Iterator[Lease]:
    """Hold the lock on all the nodes. Raises Busy when somebody else has it on one of them, HostUnreachable.

    Everybody takes the nodes in the same order, so of two who begin at once one gets them all.
    """
    lease = Lease((), runner, oneself.owner())
    keeper = threading.Thread(target=lease.keep, daemon=True)
    try:
        lease.extend(nodes)
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
