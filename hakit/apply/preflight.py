"""Look at every node at once, change nothing, and judge what was seen."""

from __future__ import annotations

import importlib.resources
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hakit.core import CommandFailed, Finding, HostUnreachable, Listener, Outcome, Runner, Severity
from hakit.core.event import StageStarted, StepDone, StepStarted
from hakit.model import Cluster
from hakit.observe.host import agent, fencing, probe
from hakit.observe.host import facts as host_facts
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight import every, reach
from hakit.run.hosts import fan_out

PROGRAM = importlib.resources.files("hakit.run").joinpath("netprobe.py").read_text(encoding="utf-8")
_JUDGES = importlib.resources.files("hakit.run").joinpath("judges.py").read_text(encoding="utf-8")
_AGENT = importlib.resources.files("hakit.agents").joinpath("quickservice")
_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, the heaviest first, and the facts of the hosts that could be looked at."""

    findings: tuple[Finding, ...]
    facts: Mapping[str, HostFacts]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return what stops bootstrap."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def preflight(cluster: Cluster, runner: Runner, listener: Listener, *, wall: Callable[[], float] = time.time) -> Report:
    """Look at all nodes in two trips each: facts first, then the network between them, all at the same time.

    `wall` is the Unix time here, for telling how far the hosts' clocks are off.
    """
    listener.hear(StageStarted("look at the hosts", 2 * len(cluster.nodes)))
    facts, findings = look(cluster, runner, listener, wall=wall)
    return judge(cluster, runner, listener, facts, findings)


def judge(
    cluster: Cluster,
    runner: Runner,
    listener: Listener,
    facts: Mapping[str, HostFacts],
    findings: Sequence[Finding] = (),
) -> Report:
    """Probe the network between hosts whose facts are known, and run every check; `findings` are added to."""
    probed = probe_network(cluster, runner, listener, facts)
    found = (*findings, *every.check(cluster, probed))
    return Report(tuple(sorted(found, key=lambda finding: _WEIGHT[finding.severity])), probed)


def look(
    cluster: Cluster, runner: Runner, listener: Listener, *, wall: Callable[[], float] = time.time
) -> tuple[Mapping[str, HostFacts], tuple[Finding, ...]]:
    """Read the facts of every node at once; a node that can't be looked at gives a finding instead."""
    actions = host_facts.actions(cluster)

    def one(host: str) -> HostFacts | Finding:
        asked_at = wall()
        outcomes = _told(listener, "read facts", host, lambda: runner.batch(host, actions, keep_going=True))
        try:
            return host_facts.read(outcomes, cluster, asked_at, wall())
        except CommandFailed as error:
            return reach.Unreadable(host=host, explanation=error.message)

    facts, findings = dict[str, HostFacts](), list[Finding]()
    for host, seen in fan_out([node.name for node in cluster.nodes], one).items():
        match seen:
            case HostFacts():
                facts[host] = seen
            case HostUnreachable():
                findings.append(reach.found(seen))
            case _:
                findings.append(seen)
    return facts, tuple(findings)


def probe_network(
    cluster: Cluster, runner: Runner, listener: Listener, facts: Mapping[str, HostFacts]
) -> Mapping[str, HostFacts]:
    """Let all hosts probe the network between them at the same time; returns the facts with what they saw.

    On the same trip, once the network is done, each host lets hakit's agent judge the services that it shall look after,
    and asks the fencing devices.
    """
    run = secrets.token_hex(8)
    judges = (agent.command(_JUDGES, _AGENT.read_text("utf-8"), cluster),) if agent.asked(cluster) else ()

    def one(host: str) -> HostFacts:
        command = probe.command(PROGRAM, run, facts[host], cluster, facts)
        power = fencing.commands(cluster, host)
        outcome, *rest = _told(
            listener,
            "probe rings, pcsd and virtual IPs",
            host,
            lambda: runner.batch(host, (command, *judges, *power), keep_going=True),
        )
        judged, powered = rest[: len(judges)], rest[len(judges) :]
        return replace(
            facts[host],
            network=probe.read(outcome, cluster, facts[host], facts),
            verdicts=agent.read(judged[0], cluster) if judged else {},
            fencing=fencing.read(powered, cluster, host) if power else None,
        )

    return {
        host: facts[host] if isinstance(seen, HostUnreachable) else seen for host, seen in fan_out(facts, one).items()
    }


def _told(listener: Listener, title: str, host: str, work: Callable[[], Sequence[Outcome]]) -> Sequence[Outcome]:
    listener.hear(StepStarted(title, host))
    start = time.monotonic()
    outcomes: Sequence[Outcome] = ()
    try:
        outcomes = work()
    finally:
        # An outcome that isn't ok is a finding here, not a failed step; only no outcome at all is.
        listener.hear(StepDone(title, host, time.monotonic() - start, ok=bool(outcomes)))
    return outcomes
