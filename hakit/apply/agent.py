"""hakit's resource agents for those who use them from pcs or crm alone: put one on hosts, tell what it is."""

from __future__ import annotations

import importlib.resources
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from hakit.apply import stage
from hakit.core import Command, CommandFailed, Digest, HakitError, Listener, Runner
from hakit.observe import agent_metadata, node
from hakit.observe.agent_metadata import Metadata
from hakit.plan import agent as plan
from hakit.plan.step import Stage, Step
from hakit.run import machine
from hakit.run.hosts import fan_out

NAMES = tuple(PurePosixPath(path).name for path in node.AGENTS)
"""The resource agents, `ocf:hakit:NAME`."""

_UID = Command(("id", "--user"), timeout=10, changes_state=False)


def path(name: str) -> Path:
    """Return where this installation of hakit keeps an agent."""
    return Path(str(importlib.resources.files("hakit.agents").joinpath(name)))


def metadata(name: str) -> Metadata:
    """Ask an agent what it is."""
    # What is installed as data need not be executable, and not every host has the Python that a first line names.
    shell = path(name).read_text("utf-8").startswith("#!/bin/sh\n")
    interpreter = ("sh",) if shell else (sys.executable, "-I", "-S")
    command = Command((*interpreter, str(path(name)), "meta-data"), timeout=20, changes_state=False)
    return agent_metadata.parse(machine.must(command).stdout)


def install(
    name: str, hosts: Iterable[str], runner: Runner, *, listener: Listener, agree: Callable[[Stage], bool]
) -> tuple[str, ...]:
    """Put an agent where Pacemaker looks for it; returns the hosts on which that was needed.

    `agree` is shown what is to be done; nothing is when it says no. Raises HostUnreachable, CommandFailed, and
    HakitError where we are not root.
    """
    text = path(name).read_text("utf-8")
    (place,) = (each for each in node.AGENTS if PurePosixPath(each).name == name)
    # Whether it runs on the host as it is there is better known now than from the first start.
    proof = Command((place, "meta-data"), timeout=20, changes_state=False)

    def one(host: str) -> Step | None:
        digest, uid = runner.batch(host, (Digest(place), _UID))
        for outcome in (digest, uid):
            if not outcome.ok:
                raise CommandFailed(outcome)
        wanted = plan.step(text, host, digest.stdout.strip(), place)
        if wanted and uid.stdout.strip() != "0":
            raise HakitError(f"{host}: only root can install the agent", hint="sudo, or `User root` in ~/.ssh/config")
        return wanted and replace(wanted, actions=(*wanted.actions, proof))

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
