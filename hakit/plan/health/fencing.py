"""Whether the cluster could fence now, and whether it waits for a fencing that doesn't come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import Finding, Severity
from hakit.model import NoFencing
from hakit.observe.crm_mon import ClusterState
from hakit.plan.seen import Seen
from hakit.render import advance


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceDown(Finding):
    """A fencing device is not in order: its monitor failed, or no node can start it."""

    code = "HK318"
    severity = Severity.WARNING
    matters = "When one of its nodes is lost now, nobody can make it harmless, and its services wait for a person."
    cure = "mend the device, then: hakit cleanup; hakit fence test NODE shows whether it works"
    see = "docs/two-nodes.md"
    device: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the fencing device {self.device} does not work: it could not fence {' or '.join(self.nodes)} now"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "check that it answers (hakit fence test NODE), then: hakit cleanup"


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitsForFencing(Finding):
    """A node is lost, and nobody has made it harmless yet."""

    code = "HK319"
    matters = "Until it is fenced it may still be running its services, so nothing of what it ran is started elsewhere."
    cure = (
        "mend the fencing device; or switch the node off by hand, see that it is off, and say hakit fence confirm NODE"
    )
    see = "docs/two-nodes.md"
    node: str
    failed: bool

    def text(self) -> str:
        """Say in one line what is so."""
        why = "fencing it failed" if self.failed else "it is not fenced yet"
        return f"{self.node} is lost, and {why}: what it ran waits"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"when you have seen that {self.node} is off: hakit fence confirm {self.node}"


def check(seen: Seen) -> Iterator[Finding]:
    """Look at the devices and at nodes that are lost but not fenced; nothing to say where there is no fencing."""
    state = seen.state
    if isinstance(seen.cluster.fencing, NoFencing) or state is None or not state.dc:
        return
    first = advance.device(seen.cluster)
    for device in (*render.fence_devices(seen.cluster), *((first,) if first else ())):
        there = {each.id for each in state.resources}
        # A node doesn't run the device that fences it alone: with nobody else there, none can.
        others = [node.name for node in state.nodes if node.online and device.nodes != (node.name,)]
        if others and device.name in there and not _works(device.name, state):
            yield DeviceDown(device=device.name, nodes=device.nodes)
    for node in state.nodes:
        if node.unclean and not node.online:
            last = next((each for each in state.fences if each.target == node.name), None)
            yield WaitsForFencing(node=node.name, failed=last is not None and last.status == "failed")


def _works(name: str, state: ClusterState) -> bool:
    return any(
        each.id == name and each.nodes and each.role == "Started" and not each.failed for each in state.resources
    )
