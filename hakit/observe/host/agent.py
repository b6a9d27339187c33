"""What hakit's agent itself says about a service on a host, before it is installed there."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import Command, Outcome
from hakit.model import Agent, Cluster, Service, quickservice

_LIMIT = 20  # seconds, as the agent's metadata advises for validate-all
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


def commands(program: str, cluster: Cluster) -> tuple[Command, ...]:
    """Ask about each of them; `program` is the agent's text, which runs from memory: nothing is written there."""
    return tuple(
        Command(
            # As the agent's own first line has it, but for -E, which -I implies.
            ("python3", "-I", "-S", "-", "validate-all"),
            stdin=program,
            env={
                **{
                    f"OCF_RESKEY_{name}": text
                    for name, text in quickservice.parameters(service, cluster.timing).items()
                },
                "OCF_CHECK_LEVEL": _CHECK_HOST,
                "OCF_RESOURCE_INSTANCE": f"{service.name}-unit",
                "OCF_RESKEY_CRM_meta_timeout": str(_LIMIT * 1000),
            },
            timeout=_LIMIT,
            changes_state=False,
        )
        for service in asked(cluster)
    )


def read(outcome: Outcome) -> Verdict:
    """Read the outcome of one of `commands`."""
    if outcome.ok:
        return Verdict(0)
    lines = outcome.stderr.splitlines()
    reasons = [line.removeprefix(_PREFIX).strip() for line in lines if line.startswith(_PREFIX)]
    return Verdict(outcome.code, reasons[-1] if reasons else outcome.explain().splitlines()[-1].strip(" |"))
