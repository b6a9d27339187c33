"""What a host's fence agents say of themselves, and whether the devices answer from there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from hakit.core import Command, HakitError, Outcome, Secret
from hakit.model import Cluster, Device, SbdFencing, sbd
from hakit.model.fencing import devices
from hakit.observe import parsing

# Said to Pacemaker, not to the agent: Pacemaker Explained, "Special Meta-Attributes for Fencing Resources".
_PACEMAKERS = re.compile(r"pcmk_.*|stonith-timeout|provides")
_TIME = re.compile(r"^[\d: ,.-]*(ERROR: )?")  # before what an agent logs
_LIMIT = 40.0  # seconds; Pacemaker gives a device's monitor 60
_ON, _OFF = 0, 2  # what agents end with: FenceAgentAPI.md, "status"
_NOT_THERE = 127


@dataclass(frozen=True, slots=True)
class Known:
    """A parameter that an agent knows. `instead_of` is the older name that it took the place of."""

    name: str
    required: bool
    instead_of: str
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device said to a host: its state ("on", "off"), or why there is none."""

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FenceAgents:
    """A host's agents by name (None: not installed), and the devices that were asked from there."""

    agents: dict[str, tuple[Known, ...] | None]
    answers: dict[str, Answer]


def commands(cluster: Cluster, host: str) -> tuple[Command, ...]:
    """Ask each agent for its metadata, and each device that the host is to use for its state."""
    agents = (Command((each, "-o", "metadata"), timeout=_LIMIT, changes_state=False) for each in _agents(cluster))
    asked = (status(device, host) for device in _asked(cluster, host))
    return (*agents, *asked)


def read(outcomes: Sequence[Outcome], cluster: Cluster, host: str) -> FenceAgents:
    """Read the outcomes of `commands`."""
    names, known = _agents(cluster), _asked(cluster, host)
    said = zip(names, outcomes, strict=False)
    answers = zip(known, outcomes[len(names) :], strict=True)
    return FenceAgents(
        {name: _metadata(outcome) for name, outcome in said},
        {device.name: answer(outcome) for device, outcome in answers},
    )


def complete(device: Device) -> bool:
    """Say whether all secrets are known, without which a device can't be asked."""
    return all(secret.value is not None for secret in device.secrets)


def _agents(cluster: Cluster) -> tuple[str, ...]:
    fencing = cluster.fencing
    # SBD's device isn't asked: before the first start no node has a slot; its disks are looked at themselves.
    own = (sbd.AGENT,) if isinstance(fencing, SbdFencing) and fencing.disks else ()
    return tuple(dict.fromkeys((*(each.agent for each in devices(fencing)), *own)))


def _asked(cluster: Cluster, host: str) -> tuple[Device, ...]:
    # A node doesn't use the device that fences it alone.
    return tuple(each for each in devices(cluster.fencing) if complete(each) and each.nodes != (host,))


def status(device: Device, host: str) -> Command:
    """Ask a device whose secrets are known, on that host, for the state of a node of its own that isn't the host."""
    node = next(each for each in device.nodes if each != host)
    said = {name: value for name, value in device.parameters if not _PACEMAKERS.fullmatch(name)}
    said |= {secret.name: secret.value for secret in device.secrets if secret.value is not None}
    plug = _mapped(dict(device.parameters).get("pcmk_host_map", "")).get(node, node)
    # Pacemaker names the node likewise; an agent that has no plugs passes over it.
    lines = ("action=status", *(f"{name}={value}" for name, value in said.items()), f"plug={plug}", f"nodename={node}")
    stdin = Secret("".join(f"{line}\n" for line in lines))
    return Command((device.agent,), stdin=stdin, ok_codes=frozenset({_ON, _OFF}), timeout=_LIMIT, changes_state=False)


def _mapped(text: str) -> dict[str, str]:
    """Read pcmk_host_map: `NODE:PLUG;NODE:PLUG`; several plugs of a node are separated by commas."""
    pairs = (pair.partition(":") for pair in re.split(r"[;\s]+", text) if pair)
    return {node: plugs.partition(",")[0] for node, _, plugs in pairs}


def _metadata(outcome: Outcome) -> tuple[Known, ...] | None:
    if outcome.code == _NOT_THERE:
        return None
    try:
        root = parsing.xml(outcome.stdout, "metadata")
    except HakitError:
        return ()
    return tuple(_known(each) for each in root.iterfind("parameters/parameter"))


def _known(element: etree._Element) -> Known:
    return Known(
        element.get("name", ""),
        element.get("required") == "1",
        element.get("obsoletes", ""),
        element.get("deprecated") == "1",
    )


def answer(outcome: Outcome) -> Answer:
    """Read the outcome of `status`."""
    if outcome.ok:
        return Answer("on" if outcome.code == _ON else "off")
    if outcome.timed_out:
        return Answer("", f"no answer within {_LIMIT:g} s")
    said = [line.strip() for line in outcome.stderr.splitlines() if line.strip() and "Warning" not in line]
    said = [line for line in said if "import" not in line]  # the second line of Python's own warnings
    return Answer("", _TIME.sub("", said[-1]) if said else f"exit code {outcome.code}")
