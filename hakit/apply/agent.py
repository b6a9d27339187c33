"""hakit's agent for those who use it from pcs or crm alone: put it on hosts, tell what it is."""

from __future__ import annotations

import importlib.resources
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from hakit.apply import stage
from hakit.core import Command, CommandFailed, Digest, HakitError, Listener, Runner
from hakit.observe import agent_metadata, node
from hakit.observe.agent_metadata import Metadata
from hakit.plan import agent as plan
from hakit.plan.step import Stage, Step
from hakit.run import machine
from hakit.run.hosts import fan_out

_UID = Command(("id", "--user"), timeout=10, changes_state=False)
# Whether it runs under the host's own Python is better known now than from the first start.
_PROOF = Command((node.AGENT, "meta-data"), timeout=20, changes_state=False)


def path() -> Path:
    """Return where this installation of hakit keeps the agent."""
    return Path(str(importlib.resources.files("hakit.agents").joinpath("quickservice")))


def metadata() -> Metadata:
    """Ask the agent what it is."""
    command = Command((sys.executable, "-I", "-S", str(path()), "meta-data"), timeout=20, changes_state=False)
    return agent_metadata.parse(machine.must(command).stdout)


def install(
    hosts: Iterable[str], runner: Runner, *, listener: Listener, agree: Callable[[Stage], bool]
) -> tuple[str, ...]:
    """Put the agent where Pacemaker looks for it; returns the hosts on which that was needed.

    `agree` is shown what is to be done; nothing is when it says no. Raises HostUnreachable, CommandFailed, and
    HakitError where we are not root.
    """
    text = path().read_text("utf-8")

    def one(host: str) -> Step | None:
        digest, uid = runner.batch(host, (Digest(node.AGENT), _UID))
        for outcome in (digest, uid):
            if not outcome.ok:
                raise CommandFailed(outcome)
        wanted = plan.step(text, host, digest.stdout.strip())
        if wanted and uid.stdout.strip() != "0":
            raise HakitError(f"{host}: only root can install the agent", hint="sudo, or `User root` in ~/.ssh/config")
        return wanted and replace(wanted, actions=(*wanted.actions, _PROOF))

    steps: list[Step] = []
    for seen in fan_out(hosts, one).values():
        if isinstance(seen, HakitError):
            raise seen
        steps += [seen] if seen else []
    todo = Stage("install the agent", tuple(steps))
    if not steps or not agree(todo):
        return ()
    stage.do(todo, runner, listener)
    return tuple(step.host for step in steps)
