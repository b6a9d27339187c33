"""The cluster as frozen dataclasses: what the spec says, with every default filled in."""

from hakit.model.cluster import Cluster, Fencing, Node, NoFencing, Ring
from hakit.model.service import Agent, Service, Switchback, Timeouts, Vip
from hakit.model.timing import PROFILES, Timing

__all__ = [
    "PROFILES",
    "Agent",
    "Cluster",
    "Fencing",
    "NoFencing",
    "Node",
    "Ring",
    "Service",
    "Switchback",
    "Timeouts",
    "Timing",
    "Vip",
]
