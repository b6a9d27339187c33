"""What was seen of all hosts at one time, and whose cluster each belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hakit.model import Cluster
from hakit.observe.crm_mon import ClusterState
from hakit.observe.host.facts import HostFacts
from hakit.observe.node import NodeFacts
from hakit.plan.preflight import membership

_NAME = re.compile(r"nodelist\.node\.\d+\.name")
STACK = ("corosync.service", "pacemaker.service")


class Belonging(StrEnum):
    """Whose cluster a host's corosync.conf makes it a member of."""

    NONE = "none"
    STOCK = "stock"
    OURS = "ours"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Leaver:
    """A node that is no longer in the spec, as it was seen."""

    host: HostFacts
    node: NodeFacts

    @property
    def started(self) -> bool:
        """Whether Corosync or Pacemaker run there."""
        return any(self.host.units[unit].running for unit in STACK)


@dataclass(frozen=True, slots=True)
class Seen:
    """All nodes of the cluster that could be reached, by name, in the spec's order.

    `leaving` has the nodes that the cluster still knows but the spec no longer names; None for one out of reach.
    """

    cluster: Cluster
    hosts: Mapping[str, HostFacts]
    nodes: Mapping[str, NodeFacts]
    leaving: Mapping[str, Leaver | None] = field(default_factory=dict)

    @property
    def running(self) -> tuple[str, ...]:
        """Name the nodes on which Pacemaker answers as part of our cluster."""
        return tuple(name for name, node in self.nodes.items() if node.running and self.ours(name))

    @property
    def started(self) -> tuple[str, ...]:
        """Name the nodes on which our cluster was started, whether or not Pacemaker answers yet."""
        return tuple(
            name
            for name, host in self.hosts.items()
            if self.ours(name) and any(host.units[unit].running for unit in STACK)
        )

    @property
    def awake(self) -> bool:
        """Say whether every started node answers and knows an elected controller."""
        running = self.running
        return all(
            name in running and (state := self.nodes[name].state) is not None and state.dc for name in self.started
        )

    @property
    def state(self) -> ClusterState | None:
        """What the cluster says of itself, as the node says it that knows most: the controller's, else any."""
        states = [state for name in self.running if (state := self.nodes[name].state) is not None]
        return max(states, key=lambda state: (bool(state.dc), state.quorate), default=None)

    @property
    def strangers(self) -> tuple[str, ...]:
        """Name the nodes that the cluster knows, by its files, its CIB or what Corosync has loaded, but not the spec."""
        known = {node.name for node in self.cluster.nodes}
        said = (name for each in self.nodes if self.ours(each) for name in self._members(each))
        return tuple(dict.fromkeys(name for name in said if name and name not in known))

    def _members(self, name: str) -> tuple[str, ...]:
        conf, node = self.hosts[name].corosync, self.nodes[name]
        loaded = tuple(value for key, value in node.loaded.items() if _NAME.fullmatch(key))
        return (*(member.name for member in (conf.members if conf else ())), *loaded, *node.members)

    def ours(self, name: str) -> bool:
        """Say whether the host is configured as a member of our cluster."""
        return self.belonging(name) is Belonging.OURS

    def belonging(self, name: str) -> Belonging:
        """Say whose cluster the host belongs to. One whose file can't be read is somebody else's."""
        conf = self.hosts[name].corosync
        if conf is None:
            return Belonging.NONE
        if not conf.fault and membership.ours(self.cluster, conf):
            return Belonging.OURS
        return Belonging.STOCK if conf.stock and not conf.fault else Belonging.OTHER
