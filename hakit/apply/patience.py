"""Waiting for services: when to look again, since when nothing gets on, and whether more of it is of any use."""

from __future__ import annotations

from collections.abc import Mapping

from hakit.apply import glance
from hakit.core import Clock, Command, Runner
from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState
from hakit.plan.health import services

# Seconds between two glances: the least, and the most. Each costs the node more, the more there is to tell: 0.2 s for one
# service, 1.2 s for 50.
_LEAST, _MOST = 0.2, 5.0
# So many that are still to start are worth a second of waiting, till it is known how fast they do.
_A_SECOND = 50
# The share of a wait without progress that goes by before the next look: the more services, the less often; never more than this.
_STUCK, _STUCK_EACH = 0.25, 0.005
# How often in a row it must be so that failed operations are not tried again.
_CERTAIN = 3
# Ends with 0 when the scheduler has nothing left to do, with 124 (CRM_EX_TIMEOUT) when it has.
_IDLE = Command(
    ("crm_resource", "--wait", "--timeout=2"), ok_codes=frozenset(range(256)), timeout=60, changes_state=False
)


class Progress:
    """Tells since when nothing gets on, and when to look again.

    `last` is when one more service was seen to run, or one more of what the configuration has no more to be gone; or when
    the watching began.
    """

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster, self._clock = cluster, clock
        self._began = self.last = clock.now()
        # What is missing or too much: at first, and at the least since.
        self._first: int | None = None
        self._left = len(cluster.services)

    def idle(self, states: Mapping[str, ClusterState | None]) -> float:
        """Look once more, and give the seconds since the last progress."""
        served = glance.served(self._cluster, states)
        left = len(self._cluster.services) - served + glance.orphans(states)
        if self._first is None:
            self._first = self._left = left
        if left < self._left:
            self._left, self.last = left, self._clock.now()
        return self._clock.now() - self.last

    def pace(self) -> float:
        """Give the seconds until the next look.

        A third of what the rest will take at the pace so far, so that many looks fall on the end and few on the way there;
        fewer of those that cost much where nothing gets on.
        """
        done = 0 if self._first is None else self._first - self._left
        wait = self._left * (self.last - self._began) / done / 3 if done else self._left / _A_SECOND
        stuck = (self._clock.now() - self.last) * min(len(self._cluster.services) * _STUCK_EACH, _STUCK)
        return min(_LEAST + max(wait, stuck), _MOST)


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
