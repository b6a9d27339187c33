"""Prove that the cluster is what the spec says, by looking at it from every side."""

from __future__ import annotations

import contextlib

from hakit.apply import glance
from hakit.apply.look import look
from hakit.apply.patience import Despair, Progress
from hakit.core import Clock, DeadlinePassed, Finding, HakitError, Runner, Severity, wait_until
from hakit.model import Cluster
from hakit.plan.health import report
from hakit.plan.seen import Seen


def settled(cluster: Cluster, runner: Runner, clock: Clock, *, timeout: float) -> Seen:
    """Wait until nothing is wrong any more, and return what was seen then. Raises HakitError with what still is.

    `timeout` is how many seconds may pass without one more service that runs: hundreds take their time to start, the more
    so on a busy node, where Pacemaker starts few at once. What was taken out is waited for as well, until it has stopped or
    Pacemaker leaves it alone.
    """
    start = clock.now()
    despair, progress = Despair(cluster, runner), Progress(cluster, clock)
    # First by quick glances, which leave the nodes' power to the services that start; a full look has the last word.
    with contextlib.suppress(DeadlinePassed):
        wait_until(
            "every service runs",
            lambda: glance.glance((cluster.nodes[0].name,), runner),
            lambda states: (
                (glance.serving(cluster, states) and not glance.orphans(states))
                or despair.over(states)
                or progress.idle(states) >= timeout
            ),
            clock=clock,
            timeout=timeout * (1 + len(cluster.services)),
            every=progress.pace,
            in_a_row=1,
        )
    if despair.hopeless:
        timeout = clock.now() - start

    def once() -> tuple[Seen, tuple[Finding, ...]]:
        seen = look(cluster, runner)
        return seen, errors(report.findings(seen))

    try:
        seen, _ = wait_until(
            "every service runs as declared",
            once,
            lambda both: not both[1],
            clock=clock,
            timeout=max(0.0, timeout - (clock.now() - (start if despair.hopeless else progress.last))),
            every=0.3,
            in_a_row=1,
        )
    except DeadlinePassed as late:
        _, found = late.last_seen if isinstance(late.last_seen, tuple) else (None, ())
        lines = "\n".join(f"  {finding.text()}" for finding in found)
        raise HakitError(
            f"after {timeout:.0f} s the cluster is not as declared:\n{lines}", hint="hakit status"
        ) from late
    return seen


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep the findings that mean that something doesn't serve."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)
