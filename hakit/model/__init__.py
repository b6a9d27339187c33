"""The cluster as frozen dataclasses: what the spec says, with every default filled in."""

from hakit.model.alert import ALL_EVENTS, Alert, AlertEvent
from hakit.model.cluster import Cluster, Guard, Node, Ring
from hakit.model.fencing import Device, DeviceFencing, Fencing, Level, NoFencing, SbdFencing, SecretParameter
from hakit.model.probe import CommandQuestion, HttpQuestion, Probe, Question, TcpQuestion, UnixQuestion
from hakit.model.quorum import Quorum, QuorumDevice
from hakit.model.service import (
    SIGNALS,
    TIMEOUTS,
    AddressCheck,
    Agent,
    Run,
    Service,
    Switchback,
    Timeouts,
    Vip,
    VipAgent,
    usual_vip_agent,
)
from hakit.model.timing import PONG_COUNT, PROFILE, PROFILES, Timing, ping_interval, ping_timeout
from hakit.model.tool import Tool
from hakit.model.volume import Filesystem, Protocol, Volume

__all__ = [
    "ALL_EVENTS",
    "PONG_COUNT",
    "PROFILE",
    "PROFILES",
    "SIGNALS",
    "TIMEOUTS",
    "AddressCheck",
    "Agent",
    "Alert",
    "AlertEvent",
    "Cluster",
    "CommandQuestion",
    "Device",
    "DeviceFencing",
    "Fencing",
    "Filesystem",
    "Guard",
    "HttpQuestion",
    "Level",
    "NoFencing",
    "Node",
    "Probe",
    "Protocol",
    "Question",
    "Quorum",
    "QuorumDevice",
    "Ring",
    "Run",
    "SbdFencing",
    "SecretParameter",
    "Service",
    "Switchback",
    "TcpQuestion",
    "Timeouts",
    "Timing",
    "Tool",
    "UnixQuestion",
    "Vip",
    "VipAgent",
    "Volume",
    "ping_interval",
    "ping_timeout",
    "usual_vip_agent",
]
