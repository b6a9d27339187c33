"""The way of a running Corosync from what it has loaded to what is wanted: one hop after the other, each safe."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.plan.changes import pings
from hakit.plan.changes.compare import Takes, changed_rings, compare
from hakit.plan.changes.conf import Conf

# docs/decisions/0065-the-token-changes-in-steps.md
_TOKEN_STEP = 1.5


@dataclass(frozen=True, slots=True)
class Hop:
    """The configuration after this hop; which node leaves or joins by it, and what it takes.

    `rings` names the rings that have to carry the cluster meanwhile; empty when all stay as they are.
    """

    title: str
    conf: Conf
    takes: Takes = Takes.RELOAD
    leaves: str = ""
    joins: str = ""
    rings: frozenset[int] = frozenset()


def course(now: Conf, goal: Conf) -> tuple[Hop, ...]:
    """Give the hops: nodes that leave, then options and rings, then nodes that join; a full stop only where it must be.

    Where fewer than two nodes would stay, the new ones join first. Empty when `now` means what `goal` means.
    """
    staying = [name for name in now.nodes if name in goal.nodes]
    leavers = [name for name in now.nodes if name not in goal.nodes]
    same_rings = not changed_rings(now, goal) and now.rings == goal.rings
    if leavers and len(staying) <= 1 and same_rings:
        return (*_joins(now, goal), *_leaves(_joined(now, goal), leavers), *_change(_left(now, goal), goal))
    hops = list(_leaves(now, leavers))
    here = hops[-1].conf if hops else now
    middle = goal.with_nodes({name: goal.nodes[name] for name in goal.nodes if name in here.nodes})
    change = tuple(_change(here, middle if len(middle.nodes) != len(goal.nodes) else goal))
    hops += change
    if any(hop.takes is Takes.STOP for hop in change):
        # What stands still is started anew with everything.
        return (*hops[:-1], Hop(hops[-1].title, goal, Takes.STOP))
    return (*hops, *_joins(middle, goal))


def _leaves(now: Conf, leavers: list[str]) -> Iterator[Hop]:
    for name in leavers:
        now = now.with_nodes({each: node for each, node in now.nodes.items() if each != name})
        yield Hop(f"take {name} out", now, leaves=name)


def _joins(now: Conf, goal: Conf) -> Iterator[Hop]:
    for name in goal.nodes:
        if name not in now.nodes:
            now = now.with_nodes({**now.nodes, name: goal.nodes[name]})
            full = set(now.nodes) == set(goal.nodes)
            yield Hop(f"take {name} in", goal if full else now, joins=name)


def _joined(now: Conf, goal: Conf) -> Conf:
    return now.with_nodes({**now.nodes, **goal.nodes})


def _left(now: Conf, goal: Conf) -> Conf:
    return now.with_nodes({name: node for name, node in _joined(now, goal).nodes.items() if name in goal.nodes})


def _change(now: Conf, goal: Conf) -> Iterator[Hop]:
    """Give the hops to other options and rings, the nodes being the same."""
    changes = compare(now, goal)
    if not changes:
        return
    if any(change.takes is Takes.STOP for change in changes):
        reasons = ", ".join(change.place for change in changes if change.takes is Takes.STOP)
        yield Hop(f"change {reasons}", goal, Takes.STOP)
        return
    for token in _tokens(now.token, goal.token):
        then = pings.with_token(now, goal, token)
        yield from _bridge(now, then)
        now = then
        yield Hop(f"change totem.token in steps, now to {token}", now)
    changed = changed_rings(now, goal)
    added, kept = goal.rings - now.rings, (now.rings & goal.rings) - changed
    if added and not kept:
        now = now.with_rings(goal, added)
        yield Hop(f"put {_rings(added)} in", now)
        kept = added
    if changed:
        now = now.without_rings(changed)
        yield Hop(f"take {_rings(changed)} out", now, rings=kept)
    if left := compare(now, goal):
        yield from _bridge(now, goal)
        # What changes in every ring alike is named once.
        places = dict.fromkeys(change.place.rpartition(": ")[2] for change in left)
        back = f"put {_rings(changed)} in" if changed else f"change {', '.join(places)}"
        gone = now.rings - goal.rings
        yield Hop(back, goal, rings=kept if gone else frozenset())


def _bridge(now: Conf, then: Conf) -> Iterator[Hop]:
    if between := pings.bridge(now, then):
        yield Hop("ping the links sooner first", between)


def _tokens(now: int, goal: int) -> Iterator[int]:
    """Give the tokens between, in milliseconds; none where it is one step."""
    while not now / _TOKEN_STEP <= goal <= now * _TOKEN_STEP:
        now = int(now * _TOKEN_STEP) if goal > now else math.ceil(now / _TOKEN_STEP)
        yield now


def _rings(numbers: frozenset[int]) -> str:
    return f"ring{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(numbers)))}"
