"""What a lab's nodes are made of: the one thing in which labs of containers and of virtual machines differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hakit.core.event import Listener
from hakit.lab.layout import Host, Layout
from hakit.lab.ready import Patience
from hakit.lab.state import State

# What a command finds inside a node, whatever the caller's environment is.
INSIDE = (
    "env", "-i", "-C", "/root",
    "HOME=/root",
    "USER=root",
    "LC_ALL=C.UTF-8",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)  # fmt: skip


class Kind(Protocol):
    """Boots nodes and reaches into them."""

    words: str
    patience: Patience

    def need(self) -> None:
        """Raise HakitError when this machine lacks what such a lab needs."""

    def base(self, wanted: State, more: Sequence[str], listener: Listener) -> Path:
        """Return what all nodes share, with `more` packages, making it first if need be. Raises HakitError."""

    def prepare(self, place: Layout, base: Path, listener: Listener) -> None:
        """Do what has to be done once in a new lab, before its first node boots."""

    def on(self, place: Layout, host: Host, everyone: Sequence[Host], kept: State) -> None:
        """Cable and boot a node that is off, with the disk it had, or a new one; returns at once."""

    def leader(self, place: Layout, name: str) -> int | None:
        """Return the process that is the node, as this machine numbers it, or None when it is off."""

    def enter(self, place: Layout, name: str, leader: int, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs another inside a node that is on."""

    def freeze(self, place: Layout, name: str, *, frozen: bool) -> None:
        """Have nothing in a node run, or let it go on."""

    def plug(self, place: Layout, name: str, ring: int, *, carrier: bool) -> None:
        """Plug a node's cable of a ring into its switch, which mends a cut one, or pull it out."""

    def cabled(self, place: Layout, hosts: Sequence[Host]) -> bool:
        """Say whether all networks are there."""

    def slow(self, place: Layout) -> bool:
        """Say whether its nodes are so slow that a cluster on them has to be patient."""

    def forget(self, place: Layout) -> None:
        """Forget what the nodes, all of them off, have written where all can."""
