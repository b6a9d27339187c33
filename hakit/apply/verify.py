"""Prove that the cluster is what the spec says, by looking at it from every side."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping

from hakit.apply import glance
from hakit.apply.look import look
from hakit.core import Clock, Command, DeadlinePassed, Finding, HakitError, Runner, Severity, wait_until
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health import report, services
from hakit.plan.seen import Seen

# Seconds between two glances. Each costs the node more, the more there is to tell: 0.2 s for one service, 1.2 s for 50.
_PACE = 0.2
# How often in a row it must be so that failed operations are not tried again.
_CERTAIN = 3
# Ends with 0 when the scheduler has nothing left to do, with 124 (CRM_EX_TIMEOUT) when it has.
_IDLE = Command(
    ("crm_resource", "--wait", "--timeout=2"), ok_codes=frozenset(range(256)), timeout=60, changes_state=False
)


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
            every=_PACE + len(cluster.services) / 50,
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


class Progress:
    """Tells since when nothing gets on.

    `last` is when one more service was seen to run, or one more of what the configuration has no more to be gone; or when
    the watching began.
    """

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster, self._clock = cluster, clock
        self._most, self._fewest, self.last = 0, sys.maxsize, clock.now()

    def idle(self, states: Mapping[str, ClusterState | None]) -> float:
        """Look once more, and give the seconds since the last progress."""
        most, fewest = glance.served(self._cluster, states), glance.orphans(states)
        if most > self._most or fewest < self._fewest:
            self.last = self._clock.now()
        self._most, self._fewest = max(most, self._most), min(fewest, self._fewest)
        return self._clock.now() - self.last


class Despair:
    """Tells when waiting longer is of no use: operations failed, or something stays, and the cluster has nothing left to try."""

    def __init__(self, cluster: Cluster, runner: Runner) -> None:
        self._cluster, self._runner = cluster, runner
        self._streak = 0

    @property
    def hopeless(self) -> bool:
        """Whether it has been so for several looks."""
        return self._streak >= _CERTAIN

    def over(self, states: Mapping[str, ClusterState | None]) -> bool:
        """Look once more, and say whether it is hopeless."""
        known = {name: state for name, state in states.items() if state is not None and state.dc and state.quorate}
        stuck = next((name for name, state in known.items() if self._stuck(state)), "")
        self._streak = self._streak + 1 if stuck and self._idle(stuck) else 0
        return self.hopeless

    def _stuck(self, state: ClusterState) -> bool:
        if state.orphans:
            return True
        broken = {each.resource for each in state.failures}
        down = (each for each in self._cluster.services if not services.as_wished(self._cluster, each, state))
        return any(broken.intersection(services.parts(each)) for each in down)

    def _idle(self, host: str) -> bool:
        return self._runner.run(host, _IDLE).code == 0


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep the findings that mean that something doesn't serve."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)
