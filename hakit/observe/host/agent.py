"""What hakit's agent itself says about a service on a host, before it is installed there."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass

from hakit.core import Command, Outcome
from hakit.model import Agent, Cluster, Service, quickservice

_LIMIT = 20  # seconds, as the agent's metadata advises for validate-all
_EACH = 1  # seconds more for each service: on a busy host a judgement takes a tenth of it
_PREFIX = "ocf-exit-reason:"
_CHECK_HOST = "10"  # OCF_CHECK_LEVEL from which the agent looks at the host, too, and not at the parameters only


@dataclass(frozen=True, slots=True)
class Verdict:
    """The agent's exit code for validate-all (0: it can look after the service), and its reason otherwise."""

    code: int
    reason: str = ""


def asked(cluster: Cluster) -> tuple[Service, ...]:
    """Name the services that the agent is asked about."""
    return tuple(service for service in cluster.services if service.agent is Agent.QUICKSERVICE)


def command(program: str, agent: str, cluster: Cluster) -> Command:
    """Ask about all of them at once; `program` is the text that defines `main`, `agent` the agent's own."""
    services = asked(cluster)
    plan = {"agent": agent, "calls": [_environment(service, cluster) for service in services], "limit": _LIMIT}
    return Command(
        ("python3", "-I", "-S", "-"),
        stdin=f"{program}\nmain({json.dumps(plan)!r})\n",
        timeout=_LIMIT + len(services) * _EACH,
        changes_state=False,
    )


def _environment(service: Service, cluster: Cluster) -> dict[str, str]:
    parameters = quickservice.parameters(service, cluster.timing)
    return {
        **{f"OCF_RESKEY_{name}": text for name, text in parameters.items()},
        "OCF_CHECK_LEVEL": _CHECK_HOST,
        "OCF_RESOURCE_INSTANCE": f"{service.name}-unit",
        "OCF_RESKEY_CRM_meta_timeout": str(_LIMIT * 1000),
    }


def read(outcome: Outcome, cluster: Cluster) -> dict[str, Verdict]:
    """Read the outcome of `command`: a verdict for each service."""
    names = [service.name for service in asked(cluster)]
    if not outcome.ok:
        return dict.fromkeys(names, Verdict(1, outcome.explain().splitlines()[-1].strip(" |")))
    said = json.loads(outcome.stdout)
    return {name: _verdict(code, words) for name, (code, words) in zip(names, said, strict=True)}


def _verdict(code: int, words: str) -> Verdict:
    if code == 0:
        return Verdict(0)
    if code == -signal.SIGALRM:
        return Verdict(1, f"no verdict within {_LIMIT} s")
    lines = words.splitlines()
    reasons = [line.removeprefix(_PREFIX).strip() for line in lines if line.startswith(_PREFIX)]
    return Verdict(code, (reasons or lines or [f"ended with {code}"])[-1])
