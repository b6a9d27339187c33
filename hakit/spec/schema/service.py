"""`services`: units, virtual IPs, and how they are placed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Tag

from hakit.model.service import TIMEOUTS, AddressCheck, Agent, Switchback
from hakit.spec.schema.part import BY_FORM, MAPPING, TEXT, Part, Seconds, Text, key, needed
from hakit.spec.schema.probe import ProbePart
from hakit.spec.schema.volume import VolumePart

_DEFAULT = TIMEOUTS[Agent.SYSTEMD]


class VipPart(Part):
    """The virtual IP in its long form."""

    address: Text = needed(
        "The address, IPv4 or IPv6. Without a prefix it takes ring 0's.",
        examples=["192.168.233.200/24", "fd00:233::200/64"],
    )
    nic: Text = key(
        "The network interface that carries it. Needed only for an address outside ring 0's network; otherwise the "
        "interface with ring 0's address on each node.",
        examples=["eth0"],
    )
    agent: Literal["IPaddr2", "vip"] = key(
        "Who holds the address: the agent of Debian's `resource-agents`, or hakit's, which costs a tenth of it and asks the network "
        "who has the address before it takes it from a node that is lost. The default is IPaddr2 for a unit in Pacemaker's own hands "
        "(`agent: systemd`) without a volume, and else hakit's.",
        examples=["vip"],
    )
    check: Literal["lost", "never"] = key(
        "When hakit's agent asks the network who has the address: while a node is lost, or never, for networks in which a switch or "
        "router answers for others.",
        AddressCheck.LOST.value,
    )


class TimeoutsPart(Part):
    """How long Pacemaker waits for the unit's operations."""

    start: Seconds = key("Seconds for a start, above the unit's own TimeoutStartSec.", _DEFAULT.start)
    stop: Seconds = key(
        "Seconds for a stop, above the unit's own TimeoutStopSec: a stop that takes longer counts as failed.",
        _DEFAULT.stop,
    )
    monitor: Seconds = key(
        "Seconds for one look at the unit. hakit's agent stays and watches for half of that time, 60 s at most; its "
        f"default is {TIMEOUTS[Agent.QUICKSERVICE].monitor}.",
        _DEFAULT.monitor,
    )


class ServicePart(Part):
    """A systemd unit, the address its clients use, and how the two are kept together."""

    unit: Text = needed(
        "The systemd unit, the same on every node. Without a suffix `.service` is meant, as with systemctl.",
        examples=["squid.service", "nginx", "app@blue.service"],
    )
    vip: Annotated[Annotated[Text, Tag(TEXT)] | Annotated[VipPart, Tag(MAPPING)], BY_FORM] = key(
        "The virtual IP that clients use; it moves with the unit. Short: the address. Long: `address` and what else is said of it.",
        examples=["192.168.233.200/24", {"address": "192.168.233.200/24", "nic": "eth0"}],
    )
    agent: Literal["systemd", "quickservice"] = key(
        "Who looks after the unit: Pacemaker's own systemd support, or hakit's agent, which sees a crash at once and "
        "knows probes. A service that runs hot has hakit's.",
        Agent.SYSTEMD.value,
    )
    probe: ProbePart = key("How to find out whether the service answers; needs `agent: quickservice`.")
    monitor_unit: bool = key(
        "Whether the unit's state counts. `false` for services without a usable one, such as a oneshot that doesn't "
        "remain: then only the probe does. Needs `agent: quickservice`.",
        default=True,
    )
    stop_signal: Literal["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL"] = key(
        "The signal that stops the unit, in place of its own KillSignal, where the usual stop is slow: with `SIGINT` squid does not "
        "wait for its clients; `SIGKILL` is for what bears a crash. Needs `agent: quickservice`."
    )
    stop_escalation: Seconds = key(
        "Seconds after which a stop that doesn't end is enforced by killing; by default the stop's timeout less a "
        "quarter of it (15 s at most). Needs `agent: quickservice`."
    )
    run: Literal["cold", "hot"] = key(
        "`cold`: the unit runs on one node and moves with the VIP. `hot`: it runs on every node, only the VIP moves, "
        "to a node where the service is well.",
        "cold",
    )
    volume: VolumePart = key("A replicated volume that follows the service.")
    prefer: Text = key("The node on which the service runs when all are well.", examples=["qsp-a"])
    switchback: Literal["never", "automatic"] = key(
        "Whether the service goes back by itself when the preferred node returns. Going back is an outage of its own.",
        Switchback.NEVER.value,
    )
    depends_on: list[Text] = key(
        "Services that must run, on the same node, before this one starts.", examples=[["database"]]
    )
    timeouts: TimeoutsPart = key("How long Pacemaker waits for the unit's operations.")
