"""Fencing devices as the parts of a CIB: resources, where they may not run, and levels."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from hakit.model import Device, Level
from hakit.render import parts, secrets
from hakit.render.fragments import Templates
from hakit.render.parts import AgentName, Operation

# Seconds. The monitor asks the device for its state, and so does the start; a management board is slow and shared with people.
_INTERVAL, _TIMEOUT = 60, 60


def resource(device: Device, templates: Templates, patience: int) -> etree._Element:
    """Render the device; `patience` is what operations get on these nodes at least. A secret that nobody has read yet is a placeholder."""
    timeout = max(_TIMEOUT, patience)
    set_id = f"{device.name}-instance_attributes"
    operations = (
        Operation(f"{device.name}-monitor", "monitor", f"{_INTERVAL}s", f"{timeout}s"),
        Operation(f"{device.name}-start", "start", "0s", f"{timeout}s"),
    )
    return templates.element(
        "primitive",
        device.name,
        agent=AgentName("stonith", device.agent),
        parameters=parts.pairs(set_id, _parameters(device)),
        parameters_id=set_id,
        operations=operations,
    )


def constraints(device: Device, templates: Templates) -> Iterator[etree._Element]:
    """Render that a node does not run the device that fences it alone: only others could use it, and watch it."""
    if len(device.nodes) == 1:
        (node,) = device.nodes
        yield templates.element(
            "rsc_location",
            f"{device.name}-not-on-{node}",
            resource=device.name,
            node=node,
            score="-INFINITY",
            attribute="",
        )


def level(name: str, level_: Level, templates: Templates) -> etree._Element:
    """Render one level of the topology, with that id."""
    return templates.element(
        "fencing-level",
        name,
        target=level_.node,
        index=level_.index,
        devices=",".join(level_.devices),
    )


def _parameters(device: Device) -> dict[str, str]:
    said = dict(device.parameters)
    said |= {each.name: secrets.PLACEHOLDER if each.value is None else each.value for each in device.secrets}
    said["pcmk_host_list"] = ",".join(device.nodes)
    if device.delay:
        said["pcmk_delay_base"] = f"{device.delay}s"
    return said
