"""How long clients of each service would go without an answer when something fails: from the spec alone.

The formula and how well it holds: docs/decisions/0042-predicted-outages.md, 0109-the-least-outage.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hakit.model import Agent, Cluster, SbdFencing, Service, quickservice
from hakit.model.timing import TRANSITION_DELAY
from hakit.plan.changes.effects import BETWEEN_BUSY, UNIT, VIP
from hakit.render import sbd
from hakit.render.corosync import declared_after

# What Pacemaker needs to decide: on an idle node and on a busy one.
_DECIDE, _DECIDE_BUSY = TRANSITION_DELAY / 1000, 1.0
# A quick unit listens after so long, and clients are answered from then on: the operation that started it may last longer.
_LISTENS = 0.1
# What an address takes to come or go where nobody has to be asked for it first.
_QUICK = 0.05
# What a quick unit takes to stop: our agent sees its end at once, Pacemaker's systemd support at its next look.
_STOPPED = {Agent.QUICKSERVICE: 0.1, Agent.SYSTEMD: UNIT[Agent.SYSTEMD]}


class Fault(StrEnum):
    """What fails."""

    NODE = "node lost"
    KILLED = "service killed"
    HUNG = "service hung"
    NETWORK = "network lost"


@dataclass(frozen=True, slots=True)
class Expected:
    """Seconds without an answer, at least and at most on nodes that are not overloaded; None: nobody would notice."""

    service: str
    fault: Fault
    least: float | None
    most: float | None
    why: str = ""


def outlook(cluster: Cluster) -> Iterator[Expected]:
    """Foretell each fault of each service."""
    for service in cluster.services:
        yield _sum(service, Fault.NODE, _node(cluster), _arrive(service))
        yield _sum(service, Fault.KILLED, _killed(cluster, service), _again(service))
        if service.probe is None:
            yield Expected(service.name, Fault.HUNG, None, None, "no probe")
        else:
            yield _sum(service, Fault.HUNG, _hung(cluster, service), _again(service, hung=True))
        if not cluster.guards(service):
            yield Expected(service.name, Fault.NETWORK, None, None, "no guard" if service.vip else "no address")
        else:
            yield _sum(service, Fault.NETWORK, _network(cluster), _move(service))


Span = tuple[float, float]
_ADDRESS: Span = (_QUICK, VIP)


def _sum(service: Service, fault: Fault, noticed: Span, done: Span) -> Expected:
    least, most = noticed[0] + _DECIDE + done[0], noticed[1] + _DECIDE_BUSY + done[1]
    return Expected(service.name, fault, round(least, 1), round(most, 1))


def _node(cluster: Cluster) -> Span:
    """The token was seen last up to a fifth of its time ago; then the nodes that are left must agree.

    How long a device needs to switch the node off, nobody knows beforehand; SBD says it.
    """
    fencing = cluster.fencing
    reset = sbd.wait(cluster, fencing) + fencing.priority_delay if isinstance(fencing, SbdFencing) else 0
    declared = declared_after(cluster) / 1000 + reset
    return declared - cluster.timing.token / 5000, declared


def _killed(cluster: Cluster, service: Service) -> Span:
    return (0.0, 0.1) if service.agent is Agent.QUICKSERVICE else (0.0, float(cluster.timing.unit_interval))


def _hung(cluster: Cluster, service: Service) -> Span:
    """The probe that was under way succeeded; after it the next ones fail, each for as long as it may take."""
    asked = service.probe
    if asked is None:
        return 0.0, 0.0
    pause = max(0, cluster.timing.probe_interval - asked.timeout)
    failing = asked.timeout * asked.failures + pause * (asked.failures - 1)
    return float(failing), float(failing + cluster.timing.probe_interval)


def _network(cluster: Cluster) -> Span:
    """A lost carrier is seen at once, silence after the guard's timeout and up to two of its pings; both then settle."""
    settle = cluster.timing.guard_settle / 1000
    timeout = cluster.guard.timeout + 0.5 if cluster.guard and cluster.guard.targets else 0.0
    return settle, settle + timeout


def _operations(*spans: Span) -> Span:
    least, most = sum(least for least, _ in spans), sum(most for _, most in spans)
    return least, most * 2 + BETWEEN_BUSY * len(spans)


def _start(service: Service) -> Span:
    return _LISTENS, UNIT[service.agent]


def _stop(service: Service) -> Span:
    return _STOPPED[service.agent], UNIT[service.agent]


def _arrive(service: Service) -> Span:
    """What starts elsewhere."""
    vip = (_ADDRESS,) if service.vip else ()
    return _operations(*vip) if service.hot else _operations(*vip, _start(service))


def _move(service: Service) -> Span:
    """What stops here and starts elsewhere."""
    if service.hot:
        return _operations(_ADDRESS, _ADDRESS)
    return _operations(_ADDRESS, _ADDRESS, _stop(service), _start(service))


def _again(service: Service, *, hung: bool = False) -> Span:
    """What gets a failed unit's clients served again: a move of the address, or a restart; one that hung is given a moment to stop."""
    if service.hot:
        return _operations(_ADDRESS, _ADDRESS)
    idle = quickservice.HUNG_ESCALATION if hung and service.stop_signal != "SIGKILL" else 0.0
    least, most = _operations((0.0, UNIT[service.agent] / 2), _start(service))
    return least + idle, most + idle
