"""What clients see while a cluster is changed: some services asked over and over, as in a switchover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from hakit.apply.outage import Measured, Outage, measured
from hakit.core import Runner
from hakit.model import Cluster, Service
from hakit.plan.changes.effects import Effect, Foreseen
from hakit.plan.health import services
from hakit.plan.seen import Seen
from hakit.plan.switchover import Move

# Each costs a session of ssh on the asking node, of which sshd allows ten (sshd_config(5), MaxSessions).
_MOST = 3
# Seconds; whoever asks for a hakit that was killed ends by itself then.
_LIMIT = 600.0
_HIT = frozenset({Effect.RESTARTS, Effect.MOVES})


@dataclass(frozen=True, slots=True)
class Watched:
    """A service, the outage that was seen, and the address it has by now where that is another."""

    service: str
    outage: Outage
    instead: str = ""
    target: str = ""

    def text(self) -> str:
        """Say it in a line."""
        if self.instead and not self.outage.back and not self.outage.why_not:
            return f"{self.service}: {self.outage.where} is answered no more, the service is at {self.instead} now"
        return f"{self.service}: {self.outage.text(self.target)}"


@dataclass(slots=True)
class Saw:
    """Holds what was seen, once the watching is over."""

    outages: tuple[Watched, ...] = field(default_factory=tuple)


@contextmanager
def watched(runner: Runner, seen: Seen, foreseen: Sequence[Foreseen], goal: Cluster, *, here: bool) -> Iterator[Saw]:
    """Ask the services that serve now while the body changes the cluster; those first that will stop and start.

    `seen` has the cluster as it was, so that the addresses asked are those of before. `here` as in `outage.measured`.
    """
    saw = Saw()
    results: list[tuple[Move, Measured]] = []
    try:
        with ExitStack() as stack:
            for move in _moves(seen, foreseen):
                asking = stack.enter_context(measured(runner, seen, move, here=here, limit=_LIMIT))
                results = [*results, (move, asking)]
            yield saw
    finally:
        known = {service.name: _address(service) for service in goal.services}
        found = (_watched(move, result, seen.cluster, known) for move, result in results)
        saw.outages = tuple(each for each in found if not each.outage.why_not)


def _watched(move: Move, result: Measured, before: Cluster, known: Mapping[str, str]) -> Watched:
    now = known.get(move.service, "")
    return Watched(
        move.service, result.outage, move.target, "" if now == _address(before.service(move.service)) else now
    )


def _address(service: Service) -> str:
    return str(service.vip.interface.ip) if service.vip else ""


def _moves(seen: Seen, foreseen: Sequence[Foreseen]) -> tuple[Move, ...]:
    """Choose whom to ask about: what serves, has an address, and is to stay; a node that does not hold it may ask."""
    if seen.state is None:
        return ()
    hit = {each.service for each in foreseen if each.effect in _HIT}
    gone = {each.service for each in foreseen if each.effect is Effect.STOPS}
    able = [service for service in seen.cluster.services if service.vip and service.name not in gone]
    moves = []
    for service in sorted(able, key=lambda service: service.name not in hit)[:_MOST]:
        holder = services.place(service, seen.state)
        other = next((name for name in seen.running if name != holder), holder)
        if holder in seen.hosts:
            moves.append(Move(service.name, holder, other))
    return tuple(moves)
