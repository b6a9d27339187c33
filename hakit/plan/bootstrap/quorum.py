"""The quorum device: on every node its client, which brings the device's vote, and goes when the device does."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.core import Command
from hakit.observe.host.units import DEVICE, Unit
from hakit.plan import boot
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted

TITLE = "Connect the quorum device"


def connect(wanted: Wanted, seen: Seen) -> Iterator[Step]:
    """Start the client where the device has no vote yet. Before it, the nodes need their certificates."""
    device = wanted.cluster.quorum.device
    if device is None:
        return
    for name, node in seen.nodes.items():
        if not node.device_votes:
            # Restarted, for one that was started without certificates has ended or tries again in vain.
            commands = (
                boot.at_boot(DEVICE, enabled=wanted.cluster.autostart, reload=False),
                Command(("systemctl", "restart", "--", DEVICE), timeout=120),
            )
            yield Step(f"connect to the quorum device {device.host}", name, "it has no vote here yet", commands)


def part(wanted: Wanted, seen: Seen) -> Iterator[Step]:
    """Stop the client where the spec has no device, and let it start no more: at boot it would bring Corosync up."""
    if wanted.cluster.quorum.device is not None:
        return
    for name, host in seen.hosts.items():
        client = host.units[DEVICE]
        stop = (Command(("systemctl", "stop", "--", DEVICE), timeout=120),) if client.running else ()
        disable = (boot.at_boot(DEVICE, enabled=False),) if client.enabled else ()
        if stop or disable:
            yield Step(_ended(client), name, "the spec has no quorum device", (*stop, *disable))


def _ended(client: Unit) -> str:
    name = DEVICE.removesuffix(".service")
    if client.running:
        return f"stop {name}{', and let it start no more' if client.enabled else ''}"
    return f"let {name} start no more"
