"""What a change of the CIB does to each service, and how long its clients would be without it.

The figures and how well they hold: docs/decisions/0014-foretelling-the-outage.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hakit.model import Agent, Cluster, Service
from hakit.observe.simulate import Foretold, Operation
from hakit.plan.health import services

_HARD = frozenset({"start", "stop"})
_SOFT = frozenset({"reload", "reload-agent"})
# Seconds that the controller needs from one operation to the next, on an idle node and on a busy one.
BETWEEN, BETWEEN_BUSY = 0.05, 0.5
_BUSY = 2.0  # how much longer than the last time an operation may take
VIP = 0.2  # an address that was never moved yet
_VIP_LIMIT = 20  # the timeout of a VIP's operations (hakit.render.parts)
# A unit whose operation was never seen: Pacemaker polls systemd after up to 2 s [field notes].
UNIT = {Agent.SYSTEMD: 2.0, Agent.QUICKSERVICE: 1.0}


class Effect(StrEnum):
    """What happens to a service."""

    STAYS = "stays"
    RELOADS = "takes over new parameters"
    STARTS = "starts"
    STOPS = "stops"
    RESTARTS = "restarts"
    MOVES = "moves"


@dataclass(frozen=True, slots=True)
class Outage:
    """Seconds: what to expect at least and at most, and the limit when every operation runs into its timeout."""

    least: float
    most: float
    limit: float


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One service: what happens to it, from which node to which (empty for none), and the outage of one that serves."""

    service: str
    effect: Effect
    source: str
    target: str
    outage: Outage | None = None


class _Schedule:
    """The operations of a transition by resource: there may be thousands, and each service looks for its own few."""

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        self._places: dict[str, list[int]] = {}
        for place, each in enumerate(operations):
            self._places.setdefault(each.resource, []).append(place)
        self._operations = operations

    def of(self, resources: Iterable[str]) -> list[Operation]:
        """Give the resources' operations, in order."""
        return [self._operations[place] for place in self._sorted(resources)]

    def span(self, resources: Iterable[str], involved: Iterable[str]) -> list[Operation]:
        """Give the stops and starts of all involved, from the first to the last one of the resources."""
        mine = [place for place in self._sorted(resources) if self._operations[place].task in _HARD]
        hard = (place for place in self._sorted(involved) if self._operations[place].task in _HARD)
        return [self._operations[place] for place in hard if mine[0] <= place <= mine[-1]]

    def _sorted(self, resources: Iterable[str]) -> list[int]:
        return sorted(place for each in resources for place in self._places.get(each, ()))


def foresee(
    before: tuple[Service, ...], goal: Cluster, foretold: Foretold, took: Mapping[tuple[str, str], float]
) -> Iterator[Foreseen]:
    """Say it for each service of the spec and of `before`, which has those that the spec no longer names."""
    wanted = {service.name: service for service in goal.services}
    schedule = _Schedule(foretold.operations)
    for service in (*goal.services, *(each for each in before if each.name not in wanted)):
        # Of a hot service what happens to its copies elsewhere is no outage: the address is what clients use.
        parts = services.movable(service)
        source, target = _place(parts, foretold.before), _place(parts, foretold.after)
        own = schedule.of(parts)
        effect = _effect(source, target, own)
        outage = None
        if effect in {Effect.RESTARTS, Effect.MOVES}:
            near = _needs(service.name, wanted)
            outage = _outage(schedule, parts, (service, *(wanted[name] for name in near)), took)
        yield Foreseen(service.name, effect, source, target, outage)


def _place(parts: tuple[str, ...], places: Mapping[str, tuple[str, ...]]) -> str:
    return next((nodes[0] for part in parts if (nodes := places.get(part, ()))), "")


def _effect(source: str, target: str, own: list[Operation]) -> Effect:
    hard = any(each.task in _HARD for each in own)
    if source and not target:
        return Effect.STOPS
    if target and not source:
        return Effect.STARTS
    if source != target:
        return Effect.MOVES
    if hard:
        return Effect.RESTARTS
    return Effect.RELOADS if any(each.task in _SOFT for each in own) else Effect.STAYS


def _needs(name: str, known: Mapping[str, Service]) -> tuple[str, ...]:
    """Name all that a service depends on, near and far."""
    found: dict[str, None] = {}
    waiting = list(known[name].depends_on) if name in known else []
    while waiting:
        other = waiting.pop()
        if other not in found and other in known:
            found[other] = None
            waiting += known[other].depends_on
    return tuple(found)


def _outage(
    schedule: _Schedule,
    parts: tuple[str, ...],
    involved: tuple[Service, ...],
    took: Mapping[tuple[str, str], float],
) -> Outage:
    """Add up what is done from the service's first stop to its last start, what it depends on included."""
    owners = {part: service for service in involved for part in services.movable(service)}
    span = schedule.span(parts, owners)
    least = most = limit = 0.0
    for each in span:
        service = owners[each.resource]
        known = took.get((each.resource, each.task))
        longest = _limit(service, each)
        least += (_guess(service, each) if known is None else known) + BETWEEN
        most += min(longest, max(1.0, (_guess(service, each) if known is None else known) * _BUSY)) + BETWEEN_BUSY
        limit += longest
    return Outage(round(least, 1), round(most, 1), limit)


def _guess(service: Service, operation: Operation) -> float:
    return VIP if operation.resource.endswith("-vip") else UNIT[service.agent]


def _limit(service: Service, operation: Operation) -> float:
    if operation.resource.endswith("-vip"):
        return _VIP_LIMIT
    return service.timeouts.start if operation.task == "start" else service.timeouts.stop
