"""The cluster in motion: started, started at boot as the spec says, and known to pcs on every node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit.plan import boot
from hakit.plan.bootstrap import starting, tokens
from hakit.plan.dialect import Dialect
from hakit.plan.seen import STACK, Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted


def start(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Start what doesn't run, on all nodes at once: with wait_for_all none serves before it has seen the others."""
    for name in seen.hosts:
        if _rests(seen, name):
            yield starting.step(wanted, seen, dialects[name], name, "they don't run")


def settle_in(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Do what the service needn't wait for, while the cluster elects its controller and starts it."""
    wish = wanted.cluster.autostart
    for name in seen.hosts:
        if starting.boots_otherwise(seen, name, wish=wish) and not (wish and _rests(seen, name)):
            word = "start" if wish else "don't start"
            why = f"autostart: {str(wish).lower()}"
            yield Step(
                f"{word} the cluster at boot", name, why, (boot.at_boot(*starting.units(seen.cluster), enabled=wish),)
            )
    yield from tokens.redeem(wanted, seen, dialects)


def _rests(seen: Seen, name: str) -> bool:
    # A cluster that isn't ours is gone by the time this is done, and its units with it.
    return not (seen.ours(name) and all(seen.hosts[name].units[unit].running for unit in STACK))
