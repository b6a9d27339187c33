"""Fencing devices: every node has one, they name what exists, no secret stands in the file, delays agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.build import priority_delay
from hakit.spec.draft import Draft
from hakit.spec.draft_fencing import Device
from hakit.spec.fault import SpecFault, did_you_mean, suggestion
from hakit.spec.rules import names
from hakit.spec.rules.placement import UnknownNode

SECRET = re.compile(
    r"(.*[_-])?(pass(wd|word|phrase)?|secret([_-]key)?|token|api[_-]?key|access[_-]?key|session[_-]token)"
)
# hakit writes these itself, from `nodes` and `delay`.
OURS = {"pcmk_host_list": "nodes", "pcmk_delay_base": "delay", "action": ""}
_DELAY = re.compile(r"(\d+)\s*(s|sec)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class BadDeviceName(SpecFault):
    """A name of a fencing device that can't become an id of the CIB."""

    code = "HK165"
    matters = "The device's name is its id in the CIB, and pcs and crm will show it by that name."
    see = "Pacemaker Explained, ids (XML NCName)"
    name: str
    problem: str

    def text(self) -> str:
        """Name it and say why."""
        return f"'{self.name}' can't name a fencing device: {self.problem}"

    def remedy(self) -> str:
        """Say what can."""
        return "begin with a letter, go on with letters, digits, '.', '_' or '-'"


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeWithoutDevice(SpecFault):
    """A node that no device can fence."""

    code = "HK166"
    matters = "When that node is lost, the others wait for ever for somebody to make it harmless: no service moves."
    see = "docs/two-nodes.md"
    node: str

    def text(self) -> str:
        """Name it."""
        return f"no device can fence '{self.node}'"

    def remedy(self) -> str:
        """Say what to do."""
        return "give it a device, or add it to the nodes of one that can fence it"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownDevice(SpecFault):
    """A level of fencing names a device that isn't there, or that can't fence the level's node."""

    code = "HK167"
    matters = "A level with a device that can't do it always fails."
    cure = "use a device under fencing.devices that has the node among its nodes"
    name: str
    node: str
    there: bool
    meant: str

    def text(self) -> str:
        """Name it."""
        if self.there:
            return f"the device '{self.name}' doesn't have '{self.node}' among its nodes"
        return f"there is no device '{self.name}'"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class MisplacedParameter(SpecFault):
    """A parameter of a device that must not stand among its parameters: a secret, or one that hakit writes itself."""

    code = "HK168"
    matters = (
        "Spec files are shared, mailed and kept in repositories, and secrets with them. And two places for one thing will "
        "disagree one day."
    )
    cure = "secrets go under the device's secrets; nodes says whom it fences, and delay how long it waits"
    parameter: str
    secret: bool
    instead: str

    def text(self) -> str:
        """Name it, not its value."""
        return f"'{self.parameter}' is {'a secret' if self.secret else 'written by hakit'}"

    def remedy(self) -> str:
        """Show where it belongs."""
        if self.secret:
            return f"take it out of parameters and write 'secrets: {{ {self.parameter}: {{ file: PATH }} }}', or prompt"
        return f"say it by '{self.instead}'" if self.instead else "leave it out"


@dataclass(frozen=True, kw_only=True, slots=True)
class DoesNotFit(SpecFault):
    """An option of fencing or quorum that works against the rest of the file."""

    code = "HK169"
    matters = "In a split, the wrong node or both would go on, or Corosync would refuse its configuration."
    cure = "docs/two-nodes.md says what goes with what"
    see = "votequorum(5), corosync-qdevice(8); Pacemaker Explained, priority-fencing-delay"
    what: str
    advice: str

    def text(self) -> str:
        """Say what doesn't fit."""
        return self.what

    def remedy(self) -> str:
        """Say what to do."""
        return self.advice


def device_names(spec: Draft) -> Iterator[SpecFault]:
    """Check the devices' names, each by itself and against nodes, services and what belongs to them."""
    taken = {each.name.lower(): f"the node '{each.name}'" for each in spec.nodes}
    taken |= {each.name.lower(): f"the service '{each.name}'" for each in spec.services}
    services = {each.name for each in spec.services}
    for device in spec.devices:
        place = spec.at_key(device.loc)
        problem = names.problem(device.name)
        if problem:
            yield BadDeviceName(place=place, name=device.name, problem=problem)
            continue
        owners = [f"what belongs to the service '{each}'" for each in names.owners(device.name, services)]
        by = taken.get(device.name.lower()) or next(iter(owners), "")
        if by:
            yield names.NameTaken(place=place, name=device.name, taken_by=by)


def fenced_nodes(spec: Draft) -> Iterator[SpecFault]:
    """Check that devices name nodes that exist, and that every node can be fenced."""
    nodes = [node.name for node in spec.nodes]
    fenced = {node.text for device in spec.devices for node in device.nodes}
    for node in (node for device in spec.devices for node in device.nodes if node.text not in nodes):
        yield UnknownNode(place=spec.at(node.loc), name=node.text, meant=suggestion(node.text, nodes))
    for node_ in spec.nodes if spec.devices else ():
        if node_.name not in fenced:
            yield NodeWithoutDevice(place=spec.at_key(node_.loc), node=node_.name)


def levels(spec: Draft) -> Iterator[SpecFault]:
    """Check that levels name nodes that exist, and devices that can fence them."""
    nodes = [node.name for node in spec.nodes]
    devices = {device.name: {node.text for node in device.nodes} for device in spec.devices}
    for level in spec.levels:
        if level.node not in nodes:
            if level.index == 1:
                place = spec.at_key(level.loc[:-1])
                yield UnknownNode(place=place, name=level.node, meant=suggestion(level.node, nodes))
            continue
        for name in level.devices:
            if level.node not in devices.get(name.text, ()):
                there, meant = name.text in devices, suggestion(name.text, devices)
                yield UnknownDevice(
                    place=spec.at(name.loc), name=name.text, node=level.node, there=there, meant="" if there else meant
                )


def device_parameters(spec: Draft) -> Iterator[SpecFault]:
    """Check that no secret stands in the file, and nothing that hakit writes itself."""
    for device in spec.devices:
        for name in device.parameters:
            place = spec.at_key((*device.loc, "parameters", name))
            if SECRET.fullmatch(name.lower()) or name in device.secrets:
                yield MisplacedParameter(place=place, parameter=name, secret=True, instead="")
            elif name in OURS:
                yield MisplacedParameter(place=place, parameter=name, secret=False, instead=OURS[name])


def delays(spec: Draft) -> Iterator[SpecFault]:
    """Check that the advance is at least twice what any device may wait."""
    longest = max(map(_longest, spec.devices), default=0)
    advance = priority_delay(spec)
    if longest and advance and advance < 2 * longest:
        said = ("fencing", "devices") if spec.priority_delay is None else ("fencing", "priority_delay")
        what = f"a device waits up to {longest} s, and the advance of the node with the services is {advance} s"
        advice = f"write 'priority_delay: {2 * longest}' or more, or leave the delays out: the advance does their work"
        yield DoesNotFit(place=spec.at_key(said), what=what, advice=advice)


def _longest(device: Device) -> int:
    said = _DELAY.fullmatch(device.parameters.get("pcmk_delay_max", ""))
    return max(device.delay, int(said[1]) if said else 0)
