"""Where a drill plays: the cluster, who does what in it, and the hands that can break things."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hakit.core import Action, Clock, CommandFailed, HakitError, Listener, Outcome, Runner
from hakit.model import Cluster, NoFencing, Service


class Machines(Protocol):
    """Power and cables of the nodes, where somebody can reach for them: a lab."""

    def power_off(self, name: str) -> None:
        """Take a node's power away."""

    def power_on(self, name: str) -> None:
        """Boot a node that is off, and wait until it is ready; fine when it is on."""

    def cut(self, name: str, ring: int) -> None:
        """Take a node off a ring's switch; it keeps its carrier."""

    def heal(self, name: str, ring: int) -> None:
        """Undo `cut` and `carrier`."""

    def carrier(self, name: str, ring: int, *, up: bool) -> None:
        """Pull or plug a node's cable of a ring."""

    def freeze(self, name: str) -> None:
        """Let none of a node's processes run."""

    def thaw(self, name: str) -> None:
        """Let them run again; fine when they do."""


class Operator(Protocol):
    """What an operator does by hakit itself."""

    def switchover(self, service: str, target: str) -> None:
        """Move the service, and wait until it serves there. Raises HakitError."""

    def cleanup(self) -> None:
        """Let the cluster forget what failed. Raises HakitError."""

    def start_cluster(self, node: str) -> None:
        """Start the cluster on a node; fine when it runs. Raises HakitError."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person at the keyboard agreed to: faults that were named, and a split cluster in a lab."""

    named: frozenset[str] = frozenset()
    split_brain: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a fault needs. `active` is the node with the service's virtual IP, `standby` the one that would take it.

    `port` is where the client asks.
    """

    cluster: Cluster
    service: Service
    active: str
    standby: str
    runner: Runner
    operator: Operator
    machines: Machines | None
    clock: Clock
    listener: Listener
    consent: Consent = Consent()
    port: int = 0

    @property
    def address(self) -> str:
        """The virtual IP."""
        if self.service.vip is None:
            raise HakitError(f"{self.service.name} has no virtual IP to watch it through")
        return str(self.service.vip.interface.ip)

    def now(self) -> float:
        """Tell the time of day on this machine, in seconds of the epoch."""
        return time.time()

    @property
    def fenced(self) -> bool:
        """Whether a node that is out of reach is switched off before its services start elsewhere."""
        return not isinstance(self.cluster.fencing, NoFencing)

    @property
    def asks(self) -> bool:
        """Whether the network is asked who has the address, before the other node takes it."""
        return self.service.vip is not None and self.service.vip.asks

    @property
    def hands(self) -> Machines:
        """The machines. Raises HakitError where there are none."""
        if self.machines is None:
            raise HakitError("nobody here can reach for the nodes' power and cables")
        return self.machines

    def do(self, node: str, *actions: Action) -> tuple[Outcome, ...]:
        """Do actions on a node and insist on each. Raises HakitError."""
        outcomes = self.runner.batch(node, actions)
        for outcome in outcomes:
            if not outcome.ok:
                raise CommandFailed(outcome)
        return outcomes

    def ring_address(self, node: str, ring: int) -> str:
        """Return a node's address in a ring."""
        return str(self.cluster.node(node).addresses[ring])

    def others(self, node: str) -> Sequence[str]:
        """Name the other nodes."""
        return [each.name for each in self.cluster.nodes if each.name != node]
