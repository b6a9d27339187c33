"""The cluster in motion: started, started at boot as the spec says, and known to pcs on every node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit.plan.bootstrap import starting, tokens
from hakit.plan.dialect import Dialect
from hakit.plan.seen import STACK, Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted


def start(seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Start what doesn't run, on all nodes at once: with wait_for_all none serves before it has seen the others."""
    for name, host in seen.hosts.items():
        # A cluster that isn't ours is gone by the time this is done, and its units with it.
        if not (seen.ours(name) and all(host.units[unit].running for unit in STACK)):
            yield Step("start Corosync and Pacemaker", name, "they don't run", starting.actions(seen, dialects[name]))


def settle_in(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Do what the service needn't wait for, while the cluster elects its controller and starts it."""
    at_boot = wanted.cluster.autostart
    for name, host in seen.hosts.items():
        if any((seen.ours(name) and host.units[unit].enabled) != at_boot for unit in STACK):
            word = "start" if at_boot else "don't start"
            why = f"autostart: {str(at_boot).lower()}"
            yield Step(f"{word} the cluster at boot", name, why, dialects[name].at_boot(enabled=at_boot))
    yield from tokens.redeem(wanted, seen, dialects)
