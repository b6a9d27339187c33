"""A service: a systemd unit, the address its clients use, and how the two are kept together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface, IPv6Interface

from hakit.model.probe import Probe
from hakit.model.volume import Volume


class Agent(StrEnum):
    """Which agent looks after the unit: Pacemaker's systemd class or ours."""

    SYSTEMD = "systemd"
    QUICKSERVICE = "quickservice"


class Run(StrEnum):
    """Where the unit runs: on the VIP's node alone, or on every node, so that only the VIP has to move."""

    COLD = "cold"
    HOT = "hot"


class Switchback(StrEnum):
    """Whether a service goes back to its preferred node by itself when that returns."""

    NEVER = "never"
    AUTOMATIC = "automatic"


class VipAgent(StrEnum):
    """Which agent holds the virtual IP: that of resource-agents, or ours."""

    STOCK = "IPaddr2"
    OURS = "vip"


class AddressCheck(StrEnum):
    """When our agent asks the network who has the address before it takes it: while a node is lost, or never."""

    LOST = "lost"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Vip:
    """The virtual IP with its network; `nic` is None until it is said or seen on the nodes. `check` is for our agent only."""

    interface: IPv4Interface | IPv6Interface
    nic: str | None = None
    agent: VipAgent = VipAgent.STOCK
    check: AddressCheck = AddressCheck.LOST

    @property
    def asks(self) -> bool:
        """Whether the network is asked who has it, before it is taken from a node that is lost."""
        return self.agent is VipAgent.OURS and self.check is AddressCheck.LOST


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Operation timeouts of the unit in seconds: above systemd's own 90 s, so that it ends first."""

    start: int = 100
    stop: int = 100
    monitor: int = 100


TIMEOUTS: dict[Agent, Timeouts] = {
    Agent.SYSTEMD: Timeouts(),
    # Its monitor watches for half of that time, so longer is better: its metadata advises 120 s.
    Agent.QUICKSERVICE: Timeouts(monitor=120),
}
"""The timeouts of a service that says none, by its agent."""


def usual_vip_agent(agent: Agent, *, volume: bool) -> VipAgent:
    """Say who holds the virtual IP of a service that says nothing of it, by the unit's agent and whether it has a volume.

    Only a service without anything of ours has a stock one (docs/decisions/0046-vip-agent.md, 0115-the-address-comes-first.md).
    """
    return VipAgent.OURS if volume or agent is Agent.QUICKSERVICE else VipAgent.STOCK


SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL")
"""What may stop a unit, by the agent's own word."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the spec. `name` is also the id of its group in the CIB; `unit` has its suffix.

    `probe`, `monitor_unit`, `stop_signal` (None: the unit's own) and `stop_escalation` (seconds; None leaves it to the agent, which
    keeps a quarter of the stop's timeout in reserve) are for hakit's agent only; a hot service always has that (docs/decisions/0040-hot.md).
    """

    name: str
    unit: str
    vip: Vip | None = None
    agent: Agent = Agent.SYSTEMD
    prefer: str | None = None
    switchback: Switchback = Switchback.NEVER
    depends_on: tuple[str, ...] = ()
    timeouts: Timeouts = Timeouts()
    probe: Probe | None = None
    monitor_unit: bool = True
    stop_signal: str | None = None
    stop_escalation: int | None = None
    run: Run = Run.COLD
    volume: Volume | None = None

    @property
    def hot(self) -> bool:
        """Whether the unit runs on every node."""
        return self.run is Run.HOT

    @property
    def everywhere(self) -> str:
        """Name the clone that holds the unit of a hot service; the group then holds the VIP alone."""
        return f"{self.name}-everywhere"

    @property
    def mirror(self) -> str:
        """Name the clone that replicates the volume of a service that has one."""
        return f"{self.name}-mirror"

    @property
    def down(self) -> str:
        """Name the node attribute by which the agent of a hot service says that it failed there."""
        return f"hakit-down-{self.name}"

    @property
    def handles(self) -> tuple[str, ...]:
        """Name what is started, stopped and cleaned up together: the group, and the clone of a hot service."""
        return (self.name, self.everywhere) if self.hot else (self.name,)
