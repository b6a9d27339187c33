"""The verbs that hakit needs of a cluster tool, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hakit.core import Action
from hakit.model import Tool

# Seconds. stonith_admin(8) waits for 120 by default, for every level of devices that it tries.
FENCING = 300.0


class Dialect(Protocol):
    """One class per tool and generation; each verb gives the actions that do it on one node, none where none is needed.

    `tool` is which tool it is. `daemon` is the unit by which the tool reaches the other nodes, which it gets to know by a token; "" for a tool
    that has none.
    """

    @property
    def tool(self) -> Tool:
        """Name the tool."""

    @property
    def daemon(self) -> str:
        """Name the unit."""

    def destroy(self) -> tuple[Action, ...]:
        """Stop the cluster on this node and remove its configuration."""

    def take_token(self, token_file: str) -> tuple[Action, ...]:
        """Let whoever shows the token in the file drive this node."""

    def authenticate(self, addresses: Mapping[str, str], token_file: str) -> tuple[Action, ...]:
        """Get to know the nodes (name to address) by the token in the file."""

    def forget(self, nodes: tuple[str, ...]) -> tuple[Action, ...]:
        """Forget the nodes again."""

    def start(self) -> tuple[Action, ...]:
        """Start the cluster on this node."""

    def stop(self) -> tuple[Action, ...]:
        """Stop the cluster on this node, moving its services away."""

    def push(self, new_file: str, old_file: str) -> tuple[Action, ...]:
        """Make the difference between two CIB files the running cluster's."""

    def move(self, group: str, node: str, *, lifetime: str) -> tuple[Action, ...]:
        """Ask the cluster to run a group on a node; the wish ends by itself after `lifetime` (ISO 8601)."""

    def clear(self, group: str) -> tuple[Action, ...]:
        """Take back every such wish for the group."""

    def reload(self) -> tuple[Action, ...]:
        """Let Corosync on all running nodes read its corosync.conf again; the file must be the same on all by then."""

    def drop(self, node: str) -> tuple[Action, ...]:
        """Let the running cluster forget a node that no longer stands in corosync.conf; fine when it is not known."""

    def standby(self, node: str) -> tuple[Action, ...]:
        """Let the node run nothing; it stays a member."""

    def unstandby(self, node: str) -> tuple[Action, ...]:
        """Let the node run services again."""

    def maintenance(self, *, on: bool) -> tuple[Action, ...]:
        """Tie Pacemaker's hands in the whole cluster, or untie them; off leaves no such property behind."""

    def cleanup(self, resource: str) -> tuple[Action, ...]:
        """Forget the failures of a resource or group; of all when it is empty."""

    def restart(self, group: str, *, patience: int, node: str = "") -> tuple[Action, ...]:
        """Stop the group where it runs and start it again, waiting that many seconds at most; a clone on that node alone."""

    def disable(self, group: str) -> tuple[Action, ...]:
        """Stop the group, and keep it stopped (target-role)."""

    def enable(self, group: str) -> tuple[Action, ...]:
        """Let the group run again, leaving no wish to stop it behind."""

    def fence(self, node: str) -> tuple[Action, ...]:
        """Switch the node off and on, or off, as its devices do; ends when it is done."""

    def confirm(self, node: str) -> tuple[Action, ...]:
        """Tell the cluster that the node is known to be off."""
