"""The verbs as `pcs` knows them, in its generations 0.10 to 0.12."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hakit.core import Action, Command, Outcome
from hakit.model import Tool
from hakit.plan.dialect import FENCING

# Its generations differ in options, and each says in its usage which it has; versions are not compared.
USAGE: tuple[Command, ...] = (
    Command(("pcs", "cluster", "destroy", "--help"), timeout=30, changes_state=False),
    Command(("pcs", "resource", "move-with-constraint", "--help"), timeout=30, changes_state=False),
)


@dataclass(frozen=True, slots=True)
class Pcs:
    """pcs. `yes` is how it is told not to ask, if it would; `move_verb` is the move that leaves the constraint to us."""

    yes: str = "--force"
    move_verb: str = "move"
    tool: Tool = Tool.PCS
    daemon: str = "pcsd.service"

    def destroy(self) -> tuple[Action, ...]:
        """Stop the cluster on this node and remove its configuration."""
        return (Command(("pcs", "cluster", "destroy", *((self.yes,) if self.yes else ())), timeout=180),)

    def take_token(self, token_file: str) -> tuple[Action, ...]:
        """Let whoever shows the token in the file drive this node."""
        return (Command(("pcs", "pcsd", "accept_token", token_file), timeout=60),)

    def authenticate(self, addresses: Mapping[str, str], token_file: str) -> tuple[Action, ...]:
        """Get to know the nodes by the token in the file: no password, and none on a command line."""
        named = tuple(word for node, address in addresses.items() for word in (node, f"addr={address}"))
        return (Command(("pcs", "host", "auth", *named, "--token", token_file), timeout=120),)

    def forget(self, nodes: tuple[str, ...]) -> tuple[Action, ...]:
        """Forget the nodes; fine when they are not known."""
        return (Command(("pcs", "host", "deauth", *nodes), ok_codes=frozenset({0, 1}), timeout=60),)

    def start(self) -> tuple[Action, ...]:
        """Start the cluster on this node."""
        return (Command(("pcs", "cluster", "start"), timeout=180),)

    def stop(self) -> tuple[Action, ...]:
        """Stop the cluster on this node, even when quorum is lost by it (pcs asks for --force then)."""
        return (Command(("pcs", "cluster", "stop", "--force"), timeout=600),)

    def push(self, new_file: str, old_file: str) -> tuple[Action, ...]:
        """Make the difference between two CIB files the running cluster's."""
        return (Command(("pcs", "cluster", "cib-push", new_file, f"diff-against={old_file}"), timeout=120),)

    def move(self, group: str, node: str, *, lifetime: str) -> tuple[Action, ...]:
        """Ask the cluster to run a group on a node for a limited time."""
        return (Command(("pcs", "resource", self.move_verb, group, node, f"lifetime={lifetime}"), timeout=120),)

    def clear(self, group: str) -> tuple[Action, ...]:
        """Take back every such wish for the group."""
        return (Command(("pcs", "resource", "clear", group), timeout=120),)

    def reload(self) -> tuple[Action, ...]:
        """Let Corosync on all running nodes read its corosync.conf again."""
        return (Command(("pcs", "cluster", "reload", "corosync"), timeout=60),)

    def drop(self, node: str) -> tuple[Action, ...]:
        """Let the running cluster forget a node: `pcs cluster node remove` would also write corosync.conf its own way."""
        return (Command(("crm_node", "--force", "--remove", node), timeout=60),)

    def standby(self, node: str) -> tuple[Action, ...]:
        """Let the node run nothing."""
        return (Command(("pcs", "node", "standby", node), timeout=120),)

    def unstandby(self, node: str) -> tuple[Action, ...]:
        """Let the node run services again."""
        return (Command(("pcs", "node", "unstandby", node), timeout=120),)

    def maintenance(self, *, on: bool) -> tuple[Action, ...]:
        """Tie Pacemaker's hands, or untie them; an empty value takes the property away."""
        return (Command(("pcs", "property", "set", f"maintenance-mode={'true' if on else ''}"), timeout=120),)

    def cleanup(self, resource: str) -> tuple[Action, ...]:
        """Forget the failures of a resource or group; of all when it is empty."""
        return (Command(("pcs", "resource", "cleanup", *((resource,) if resource else ())), timeout=120),)

    def restart(self, group: str, *, patience: int, node: str = "") -> tuple[Action, ...]:
        """Stop the group where it runs and start it again; pcs leaves it to `crm_resource --restart`."""
        argv = ("pcs", "resource", "restart", group, *((node,) if node else ()), f"--wait={patience}")
        return (Command(argv, timeout=patience + 60),)

    def disable(self, group: str) -> tuple[Action, ...]:
        """Stop the group, and keep it stopped."""
        return (Command(("pcs", "resource", "disable", group), timeout=120),)

    def enable(self, group: str) -> tuple[Action, ...]:
        """Let the group run again."""
        return (Command(("pcs", "resource", "enable", group), timeout=120),)

    def fence(self, node: str) -> tuple[Action, ...]:
        """Switch the node off and on: pcs hands it to stonith_admin, which waits for two minutes by default."""
        return (Command(("pcs", "stonith", "fence", node), timeout=FENCING),)

    def confirm(self, node: str) -> tuple[Action, ...]:
        """Tell the cluster that the node is known to be off; pcs would ask again."""
        return (Command(("pcs", "stonith", "confirm", node, *((self.yes,) if self.yes else ())), timeout=120),)


def detect(usage: tuple[Outcome, ...]) -> Pcs | None:
    """Choose by the outcomes of USAGE; None when pcs doesn't work here.

    A usage ends with exit code 0 or 1, by generation; what is missing or broken says no usage.
    """
    destroy, move = (outcome.stdout + outcome.stderr for outcome in usage)
    if "Usage: pcs cluster destroy" not in destroy:
        return None
    return Pcs(
        yes=next((option for option in ("--yes", "--force") if option in destroy), ""),
        move_verb="move-with-constraint" if "move-with-constraint <resource id>" in move else "move",
    )
