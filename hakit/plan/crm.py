"""The verbs as `crm` knows them, in crmsh's generations 4.2 to 5.1, and native tools where it has none.

crm works over ssh between the nodes as soon as it is told of another node than its own. hakit reaches every node itself,
so each verb is about the node that it is given on, and no node needs a way into another. Why not `crm cluster init`:
docs/decisions/0027.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass

from hakit.core import Action, Command, Outcome, Remove
from hakit.model import Tool
from hakit.observe import node
from hakit.plan import boot
from hakit.plan.dialect import FENCING

# An unknown command line would say so with another code; crm answers this without a cluster.
USAGE: tuple[Command, ...] = (Command(("crm", "--version"), timeout=30, changes_state=False),)
_PATCH = importlib.resources.files("hakit.run").joinpath("cibpatch.py")
# Where Pacemaker keeps CIBs and the scheduler's inputs; `pcs cluster destroy` empties them as well.
_STATE = ("/var/lib/pacemaker/cib", "/var/lib/pacemaker/pengine")


@dataclass(frozen=True, slots=True)
class Crm:
    """crm. It has no daemon on the nodes, and so nothing to authenticate to."""

    tool: Tool = Tool.CRM
    daemon: str = ""

    def destroy(self) -> tuple[Action, ...]:
        """Stop the cluster on this node and remove its configuration: in pcs' order, so that a cut can be told."""
        return (
            Command(("systemctl", "stop", "--", "pacemaker.service"), timeout=180),
            Command(("systemctl", "stop", "--", "corosync.service"), timeout=60),
            boot.at_boot("corosync.service", "pacemaker.service", enabled=False),
            *(Remove(path) for path in (node.COROSYNC_CONF, node.COROSYNC_KEY, node.PACEMAKER_KEY)),
            Command(("find", *_STATE, "-mindepth", "1", "-delete"), timeout=60),
        )

    def take_token(self, token_file: str) -> tuple[Action, ...]:
        """Nothing: there is no daemon that takes one."""
        del token_file
        return ()

    def authenticate(self, addresses: Mapping[str, str], token_file: str) -> tuple[Action, ...]:
        """Nothing: crm knows the nodes from corosync.conf."""
        del addresses, token_file
        return ()

    def forget(self, nodes: tuple[str, ...]) -> tuple[Action, ...]:
        """Nothing: it keeps no list of nodes."""
        del nodes
        return ()

    def start(self) -> tuple[Action, ...]:
        """Start the cluster on this node."""
        return (Command(("crm", "cluster", "start"), timeout=180),)

    def stop(self) -> tuple[Action, ...]:
        """Stop the cluster on this node. crm refuses where there is no controller yet."""
        return (Command(("crm", "cluster", "stop"), timeout=600),)

    def push(self, new_file: str, old_file: str) -> tuple[Action, ...]:
        """Make the difference between two CIB files the running cluster's.

        crm has only `configure load replace`, which would take back what somebody else changed meanwhile.
        """
        return (
            Command(
                ("python3", "-I", "-S", "-", old_file, new_file), stdin=_PATCH.read_text(encoding="utf-8"), timeout=120
            ),
        )

    def move(self, group: str, node: str, *, lifetime: str) -> tuple[Action, ...]:
        """Ask the cluster to run a group on a node for a limited time."""
        return (Command(("crm", "resource", "move", group, node, lifetime), timeout=120),)

    def clear(self, group: str) -> tuple[Action, ...]:
        """Take back every such wish for the group."""
        return (Command(("crm", "resource", "clear", group), timeout=120),)

    def reload(self) -> tuple[Action, ...]:
        """Let Corosync on all running nodes read its corosync.conf again."""
        return (Command(("crm", "corosync", "reload"), timeout=60),)

    def standby(self, node: str) -> tuple[Action, ...]:
        """Let the node run nothing."""
        return (Command(("crm", "node", "standby", node), timeout=120),)

    def unstandby(self, node: str) -> tuple[Action, ...]:
        """Let the node run services again."""
        return (Command(("crm", "node", "online", node), timeout=120),)

    def maintenance(self, *, on: bool) -> tuple[Action, ...]:
        """Tie Pacemaker's hands, or untie them: `crm maintenance off` would leave the property behind, as false."""
        if on:
            return (Command(("crm", "maintenance", "on"), timeout=120),)
        argv = ("crm_attribute", "--type", "crm_config", "--name", "maintenance-mode", "--delete")
        return (Command(argv, timeout=60),)

    def cleanup(self, resource: str) -> tuple[Action, ...]:
        """Forget the failures of a resource or group; of all when it is empty."""
        return (Command(("crm", "resource", "cleanup", *((resource,) if resource else ())), timeout=120),)

    def restart(self, group: str, *, patience: int, node: str = "") -> tuple[Action, ...]:
        """Stop the group where it runs and start it again: `crm resource restart` would leave a target-role behind."""
        where = ("--node", node) if node else ()
        argv = ("crm_resource", "--restart", "--resource", group, *where, f"--timeout={patience}")
        return (Command(argv, timeout=patience + 60),)

    def disable(self, group: str) -> tuple[Action, ...]:
        """Stop the group, and keep it stopped."""
        return (Command(("crm", "resource", "stop", group), timeout=120),)

    def enable(self, group: str) -> tuple[Action, ...]:
        """Let the group run again: `crm resource start` would leave a target-role of its own in the place of the other."""
        return (Command(("crm", "resource", "meta", group, "delete", "target-role"), timeout=120),)

    def drop(self, node: str) -> tuple[Action, ...]:
        """Let the running cluster forget a node: `crm cluster remove` would go there by ssh, and edit corosync.conf."""
        return (Command(("crm_node", "--force", "--remove", node), timeout=60),)

    def fence(self, node: str) -> tuple[Action, ...]:
        """Switch the node off and on: `crm node fence` only leaves a mark that asks for it, and doesn't wait."""
        return (Command(("stonith_admin", "--reboot", node), timeout=FENCING),)

    def confirm(self, node: str) -> tuple[Action, ...]:
        """Tell the cluster that the node is known to be off: `crm node clearstate` would also forget its history."""
        return (Command(("stonith_admin", "--confirm", node), timeout=120),)


def detect(usage: tuple[Outcome, ...]) -> Crm | None:
    """Choose by the outcomes of USAGE; None when it doesn't work here."""
    return Crm() if all(outcome.ok for outcome in usage) else None
