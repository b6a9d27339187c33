"""Fencing devices as the parts of a CIB: resources, where they may not run, and levels."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from hakit.model import Device, Level
from hakit.render import parts, secrets
from hakit.render.fragments import Templates
from hakit.render.parts import AgentName, Operation

# Seconds. The monitor asks the device for its state; a management board is slow and shared with people.
MONITOR_INTERVAL, MONITOR_TIMEOUT = 60, 60
# pcs and Pacemaker's own examples leave 20 s for a start, in which the device is asked once, too.
_START_TIMEOUT = 60


def resource(device: Device, templates: Templates) -> etree._Element:
    """Render the device. A secret that nobody has read yet is a placeholder."""
    set_id = f"{device.name}-instance_attributes"
    operations = (
        Operation(f"{device.name}-monitor", "monitor", f"{MONITOR_INTERVAL}s", f"{MONITOR_TIMEOUT}s"),
        Operation(f"{device.name}-start", "start", "0s", f"{_START_TIMEOUT}s"),
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


def level(level_: Level, templates: Templates) -> etree._Element:
    """Render one level of the topology."""
    return templates.element(
        "fencing-level",
        f"fencing-{level_.node}-{level_.index}",
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
