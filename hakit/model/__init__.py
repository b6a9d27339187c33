"""The cluster as frozen dataclasses: what the spec says, with every default filled in."""

from hakit.model.cluster import Cluster, Fencing, Node, NoFencing, Ring
from hakit.model.probe import CommandQuestion, HttpQuestion, Probe, Question, TcpQuestion, UnixQuestion
from hakit.model.service import TIMEOUTS, Agent, Service, Switchback, Timeouts, Vip
from hakit.model.timing import PROFILES, Timing
from hakit.model.tool import Tool

__all__ = [
    "PROFILES",
    "TIMEOUTS",
    "Agent",
    "Cluster",
    "CommandQuestion",
    "Fencing",
    "HttpQuestion",
    "NoFencing",
    "Node",
    "Probe",
    "Question",
    "Ring",
    "Service",
    "Switchback",
    "TcpQuestion",
    "Timeouts",
    "Timing",
    "Tool",
    "UnixQuestion",
    "Vip",
]
