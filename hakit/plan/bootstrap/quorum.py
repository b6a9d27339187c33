"""The quorum device: on every node its client, which brings the device's vote."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.core import Command
from hakit.plan import boot
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted

UNIT = "corosync-qdevice.service"
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
                boot.at_boot(UNIT, enabled=wanted.cluster.autostart, reload=False),
                Command(("systemctl", "restart", "--", UNIT), timeout=120),
            )
            yield Step(f"connect to the quorum device {device.host}", name, "it has no vote here yet", commands)
