"""Whether the fencing devices would work: agents that are there, parameters that they know, devices that answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Device
from hakit.model.fencing import devices
from hakit.observe.host import fencing
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.fencing import Known
from hakit.plan.preflight.place import OnHost
from hakit.spec.fault import did_you_mean, suggestion

# Pacemaker says these to the agent itself.
_GIVEN = frozenset({"action", "plug", "port", "nodename"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FenceAgentMissing(OnHost):
    """A fence agent of the spec is not installed."""

    code = "HK223"
    matters = "That host could fence nobody with it."
    cure = "apt-get install the package that has the agent: fence-agents, from Debian 13 on one package per agent"
    agent: str

    def text(self) -> str:
        """Name it."""
        return f"the fence agent {self.agent} is not installed"

    def remedy(self) -> str:
        """Say where it is."""
        own = self.agent.replace("_", "-").replace("fence-", "fence-agents-", 1)
        return f"apt-get install fence-agents, or {own} from Debian 13 on"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownParameter(Finding):
    """A parameter of a device that its agent doesn't know."""

    code = "HK224"
    matters = "The agent passes over what it doesn't know, and what was meant by it is not done."
    cure = "AGENT -o metadata lists what the agent knows; pcs stonith describe AGENT shows it to people"
    device: str
    agent: str
    parameter: str
    meant: str

    def text(self) -> str:
        """Name it."""
        return f"{self.device}: {self.agent} knows no parameter '{self.parameter}'"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant) or f"pcs stonith describe {self.agent} shows those that it knows"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterMissing(Finding):
    """A device lacks a parameter that its agent can't do without."""

    code = "HK225"
    matters = "The agent refuses to work without it."
    device: str
    agent: str
    parameter: str

    def text(self) -> str:
        """Name it."""
        return f"{self.device}: {self.agent} needs the parameter '{self.parameter}'"

    def remedy(self) -> str:
        """Say where it goes."""
        return f"add it to fencing.devices.{self.device}.parameters, or to its secrets"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceSilent(OnHost):
    """A device doesn't answer to a host that would have to use it."""

    code = "HK226"
    matters = "When it is needed, it won't answer either: the services then wait for a person."
    cure = "check address, user and password with the agent's own status action, from that host"
    device: str
    reason: str

    def text(self) -> str:
        """Say why."""
        return f"the fencing device {self.device} does not answer: {self.reason}"

    def remedy(self) -> str:
        """Say what to look at."""
        return "check its address, user and password, and that this host reaches it"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceNotAsked(Finding):
    """A device wasn't asked, because a secret of it isn't known here."""

    code = "HK227"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "Whether it answers is not known; bootstrap asks for the secret and then tries."
    device: str

    def text(self) -> str:
        """Name it."""
        return f"the fencing device {self.device} was not asked: its secret is not known here"

    def remedy(self) -> str:
        """Say how it would be."""
        return "with 'file:' in the place of 'prompt', preflight can ask it"


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldFenceItself(Finding):
    """No other node reaches a device that could fence a node."""

    code = "HK228"
    matters = "A node that has to fence itself can't tell anybody that it is done; the others wait for ever."
    cure = "let another node reach a device of that node, or give it one that others reach"
    node: str

    def text(self) -> str:
        """Name it."""
        return f"{self.node} would have to fence itself: no other node reaches a device that can"

    def remedy(self) -> str:
        """Say what to do."""
        return f"let another node reach a device of {self.node}"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Judge agents, parameters and answers; nothing where there are no devices, or nobody was asked yet."""
    asked = {host: fact.fencing for host, fact in facts.items() if fact.fencing}
    for host, seen in asked.items():
        for agent, known in seen.agents.items():
            if known is None:
                yield FenceAgentMissing(host=host, agent=agent)
        for name, answer in seen.answers.items():
            installed = seen.agents[_device(cluster, name).agent] is not None
            if not answer.state and installed:
                yield DeviceSilent(host=host, device=name, reason=answer.reason)
    for device in devices(cluster.fencing) if asked else ():
        known = next((got for seen in asked.values() if (got := seen.agents[device.agent])), None)
        if known:
            yield from _parameters(device, known)
        if not fencing.complete(device):
            yield DeviceNotAsked(device=device.name)
    yield from _by_itself(cluster, facts)


def _device(cluster: Cluster, name: str) -> Device:
    return next(each for each in devices(cluster.fencing) if each.name == name)


def _parameters(device: Device, known: tuple[Known, ...]) -> Iterator[Finding]:
    names = [each.name for each in known]
    said = [*(name for name, _ in device.parameters), *(secret.name for secret in device.secrets)]
    for name in said:
        if name not in names and not name.startswith("pcmk_"):
            yield UnknownParameter(
                device=device.name, agent=device.agent, parameter=name, meant=suggestion(name, names)
            )
    for each in known:
        needed = each.required and not each.deprecated and each.name not in _GIVEN
        if needed and not {each.name, each.instead_of} & set(said):
            yield ParameterMissing(device=device.name, agent=device.agent, parameter=each.name)


def _by_itself(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    for node in cluster.nodes:
        mine = [each for each in devices(cluster.fencing) if node.name in each.nodes]
        others = [fact.fencing for host, fact in facts.items() if host != node.name and fact.fencing]
        if not mine or not others or not all(fencing.complete(each) for each in mine):
            continue
        reached = any(seen.answers[each.name].state for seen in others for each in mine if each.name in seen.answers)
        if not reached:
            yield WouldFenceItself(node=node.name)
