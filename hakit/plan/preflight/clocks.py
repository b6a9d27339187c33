"""The hosts' clocks, against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight.place import OnHost

# NTP keeps hosts of one site within milliseconds, so half a second means that nothing keeps them; and a failover takes
# about a second, so that logs of both hosts can't be put in order any more.
WARN_SECONDS = 0.5
# Pacemaker's coordinator weighs other nodes' time stamps (failure-timeout, last-failure) with its own clock; its
# shortest useful times are about a minute (Pacemaker Explained, "cluster-recheck-interval", "failure-timeout").
ERROR_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ClocksApart(OnHost):
    """Two hosts' clocks differ noticeably; `seconds` is what is certain after the round trips' doubt."""

    code = "HK260"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "Logs of several nodes can no longer be put in order, and failures are counted by the clock."
    see = "Pacemaker Explained, failure-timeout"
    peer: str
    seconds: float

    def text(self) -> str:
        """Say it."""
        return f"its clock and that of {self.peer} are at least {self.seconds:.1f} s apart"

    def remedy(self) -> str:
        """Say what to do."""
        return "keep every node's clock by NTP: apt-get install chrony"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClocksFarApart(ClocksApart):
    """Two hosts' clocks differ so much that times which they tell each other mean nothing."""

    code = "HK261"
    severity: ClassVar[Severity] = Severity.ERROR
    matters = (
        "Certificates, tokens and failure-timeout depend on the time: some will be taken for expired or of the future."
    )
    see = "Pacemaker Explained, failure-timeout"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockUnkept(OnHost):
    """Nothing keeps the host's clock."""

    code = "HK262"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "It drifts, and after a while the logs of two nodes cannot be compared."
    see = "chrony.conf(5)"

    def text(self) -> str:
        """Say it."""
        return "its clock is not kept by NTP"

    def remedy(self) -> str:
        """Say what to do."""
        return "apt-get install chrony (in a container the machine around it keeps the clock)"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Compare every two clocks, and name those that nothing keeps."""
    del cluster
    for one, other in combinations(facts, 2):
        seconds = facts[one].clock.apart(facts[other].clock)
        if seconds > WARN_SECONDS:
            kind = ClocksFarApart if seconds > ERROR_SECONDS else ClocksApart
            yield kind(host=other, peer=one, seconds=seconds)
    for host, fact in facts.items():
        if fact.synchronised is False:
            yield ClockUnkept(host=host)
