"""Fencing as a person would write them in a spec file."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.model import Device, DeviceFencing, Level, SbdFencing
from hakit.model.fencing import WATCHDOG, advance, sbd_advance, sbd_timeout
from hakit.spec import scalar


def devices(fencing: DeviceFencing, *, nodes: int, device: bool = False) -> Iterator[str]:
    """Yield the lines below `fencing:` for a cluster of so many nodes, with or without a quorum device.

    What is the default is left out.
    """
    yield "  devices:"
    for each in fencing.devices:
        yield from _device(each)
    if fencing.levels:
        yield "  levels:"
        for node in dict.fromkeys(level.node for level in fencing.levels):
            steps = [_step(level) for level in fencing.levels if level.node == node]
            yield f"    {scalar.text(node)}: {scalar.value(steps)}"
    if fencing.priority_delay != advance(nodes, device=device):
        yield f"  priority_delay: {fencing.priority_delay}"


def sbd(fencing: SbdFencing, *, nodes: int, device: bool = False) -> Iterator[str]:
    """Yield the lines below `fencing:`; what is the default is left out."""
    disks = bool(fencing.disks)
    part: dict[str, object] = {"disks": list(fencing.disks)} if disks else {}
    if fencing.watchdog != WATCHDOG:
        part["watchdog"] = fencing.watchdog
    if fencing.timeout != sbd_timeout(disks=disks, device=device):
        part["timeout"] = fencing.timeout
    yield f"  sbd: {scalar.value(part)}"
    if fencing.priority_delay != sbd_advance(fencing.timeout, nodes, disks=disks, device=device):
        yield f"  priority_delay: {fencing.priority_delay}"


def _step(level: Level) -> object:
    return level.devices[0] if len(level.devices) == 1 else level.devices


def _device(device: Device) -> Iterator[str]:
    yield f"    {scalar.text(device.name)}:"
    yield f"      agent: {scalar.text(device.agent)}"
    yield f"      nodes: {scalar.value(device.nodes)}"
    if device.parameters:
        yield f"      parameters: {scalar.flow(dict(device.parameters))}"
    if device.secrets:
        sources = {each.name: {"file": each.file} if each.file else "prompt" for each in device.secrets}
        yield f"      secrets: {scalar.flow(sources)}"
    if device.delay:
        yield f"      delay: {device.delay}"
