"""The spec as far as it can be understood: what is wrongly typed or missing is None, and the rest stays usable.

Structure is the schema's business. A draft lets the rules look at everything else in the same run, so that a
typing error in one service doesn't hide an address that is there twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hakit.model import Agent, Run, VipAgent, usual_vip_agent
from hakit.spec import draft_fencing, taken
from hakit.spec.address import Address, read_address
from hakit.spec.draft_fencing import Device, Level, Sbd
from hakit.spec.place import Loc, Place
from hakit.spec.question import WAYS
from hakit.spec.taken import Written

if TYPE_CHECKING:
    from hakit.spec.source import Source

_VOLUME_WORDS = ("size", "filesystem", "protocol", "owner", "group", "mode")


@dataclass(frozen=True, slots=True)
class Node:
    """A node. `addresses` has None where no text stands."""

    name: str
    loc: Loc
    id: int | None
    addresses: tuple[Address | None, ...] | None


@dataclass(frozen=True, slots=True)
class RingOptions:
    """One entry of the top-level `rings`."""

    loc: Loc
    network: Address | None
    priority: int | None
    port: int | None


@dataclass(frozen=True, slots=True)
class Vip:
    """A service's virtual IP."""

    address: Address
    nic: Written | None
    agent: str | None = None
    check: Written | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A service's probe: what is asked in which way, as written, and the numbers said beside it."""

    loc: Loc
    ways: dict[str, object]
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Volume:
    """A service's volume. `device` is one path for all nodes, else `devices` has one per node; `words` is what else is text."""

    loc: Loc
    device: Written | None
    devices: dict[str, Written]
    mount: Written | None
    words: dict[str, Written]
    ring: int | None
    port: int | None
    paths: tuple[Written, ...]
    links: tuple[tuple[str, Written], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A service."""

    name: str
    loc: Loc
    unit: Written | None
    vip: Vip | None
    agent: str | None
    prefer: Written | None
    switchback: Written | None
    depends_on: tuple[Written, ...]
    timeouts: dict[str, int]
    probe: Probe | None
    monitor_unit: bool | None
    stop_signal: str | None
    stop_escalation: int | None
    run: Written | None
    says_vip: bool
    volume: Volume | None

    @property
    def hot(self) -> bool:
        """Whether the unit is to run on every node."""
        return self.run is not None and self.run.text == Run.HOT

    @property
    def looked_after_by(self) -> Agent:
        """Return the agent that is said, else the default: a hot service needs ours."""
        if self.agent in set(Agent):
            return Agent(self.agent)
        return Agent.QUICKSERVICE if self.hot else Agent.SYSTEMD

    @property
    def address_held_by(self) -> VipAgent:
        """Return the virtual IP's agent that is said, else the one that goes with the service."""
        if self.vip is not None and self.vip.agent in set(VipAgent):
            return VipAgent(self.vip.agent)
        return usual_vip_agent(self.looked_after_by, volume=self.volume is not None)


@dataclass(frozen=True, slots=True)
class Guard:
    """How a node finds out that it has lost its clients."""

    targets: tuple[Written, ...]
    timeout: int | None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; `command` as it is written, `events` where a list of texts stands."""

    name: str
    loc: Loc
    command: object
    mail: Written | None
    webhook: Written | None
    events: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole spec as far as understood; `timing` is the profile's word, `timers` the numbers said beside it."""

    source: Source
    cluster: Written | None = None
    nodes: tuple[Node, ...] = ()
    rings: tuple[RingOptions, ...] | None = None
    reason: Written | None = None
    devices: tuple[Device, ...] = ()
    levels: tuple[Level, ...] = ()
    sbd: Sbd | None = None
    priority_delay: int | None = None
    quorum: dict[str, object] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    timing: Written | None = None
    timers: dict[str, int] = field(default_factory=dict)
    autostart: bool | None = None
    alerts: tuple[Alert, ...] = ()
    guard: Guard | None = None

    def at(self, loc: Loc) -> Place:
        """Say where the value of `loc` stands."""
        return self.source.place(loc)

    def at_key(self, loc: Loc) -> Place:
        """Say where the key of `loc` stands."""
        return self.source.place(loc, key=True)


def draft(source: Source) -> Draft:
    """Take from the data whatever has the right type."""
    data = taken.mapping(source.data)
    timing, fencing = taken.mapping(data.get("timing")), taken.mapping(data.get("fencing"))
    return Draft(
        source=source,
        cluster=taken.written(data, "cluster", ()),
        nodes=tuple(_node(name, part) for name, part in taken.items(data, "nodes")),
        rings=tuple(_ring(index, part) for index, part in enumerate(taken.sequence(data["rings"])))
        if isinstance(data.get("rings"), list)
        else None,
        reason=taken.written(fencing, "none", ("fencing",)),
        devices=tuple(draft_fencing.device(name, part) for name, part in taken.items(fencing, "devices")),
        levels=tuple(draft_fencing.levels(taken.mapping(fencing.get("levels")))),
        sbd=draft_fencing.sbd(taken.mapping(fencing["sbd"])) if isinstance(fencing.get("sbd"), dict) else None,
        priority_delay=taken.number(fencing, "priority_delay"),
        quorum=taken.mapping(data.get("quorum")),
        services=tuple(_service(name, part) for name, part in taken.items(data, "services")),
        timing=taken.written(data, "timing", ()) or taken.written(timing, "profile", ("timing",)),
        timers=taken.numbers(timing),
        autostart=taken.yes_no(data, "autostart"),
        alerts=tuple(_alert(name, part) for name, part in taken.items(data, "alerts")),
        guard=_guard(data["guard"]) if isinstance(data.get("guard"), dict) else None,
    )


def _guard(part: object) -> Guard:
    fields = taken.mapping(part)
    return Guard(taken.texts(fields.get("targets"), ("guard", "targets")), taken.number(fields, "timeout"))


def _node(name: str, part: dict[str, object]) -> Node:
    loc: Loc = ("nodes", name)
    rings = part.get("rings")
    addresses = (
        tuple(read_address(item, (*loc, "rings", i)) if isinstance(item, str) else None for i, item in enumerate(rings))
        if isinstance(rings, list)
        else None
    )
    return Node(name, loc, taken.number(part, "id"), addresses)


def _ring(index: int, part: object) -> RingOptions:
    loc: Loc = ("rings", index)
    fields = taken.mapping(part)
    network = taken.written(fields, "network", loc)
    return RingOptions(
        loc,
        read_address(network.text, network.loc) if network else None,
        taken.number(fields, "priority"),
        taken.number(fields, "port"),
    )


def device_of(quorum: dict[str, object]) -> tuple[dict[str, str], dict[str, int]]:
    """Return the texts and the numbers that are said of the quorum device; none when there is no device."""
    device = taken.mapping(quorum.get("device"))
    return {key: value for key, value in device.items() if isinstance(value, str)}, taken.numbers(device)


def _service(name: str, part: dict[str, object]) -> Service:
    loc: Loc = ("services", name)
    agent, signal = taken.written(part, "agent", loc), taken.written(part, "stop_signal", loc)
    return Service(
        name=name,
        loc=loc,
        unit=taken.written(part, "unit", loc),
        vip=_vip(part, loc),
        agent=agent.text if agent else None,
        prefer=taken.written(part, "prefer", loc),
        switchback=taken.written(part, "switchback", loc),
        depends_on=taken.texts(part.get("depends_on"), (*loc, "depends_on")),
        timeouts=taken.numbers(taken.mapping(part.get("timeouts"))),
        probe=_probe(part["probe"], loc) if isinstance(part.get("probe"), dict) else None,
        monitor_unit=taken.yes_no(part, "monitor_unit"),
        stop_signal=signal.text if signal else None,
        stop_escalation=taken.number(part, "stop_escalation"),
        run=taken.written(part, "run", loc),
        says_vip=part.get("vip") is not None,
        volume=_volume(taken.mapping(part["volume"]), (*loc, "volume"))
        if isinstance(part.get("volume"), dict)
        else None,
    )


def _volume(part: dict[str, object], loc: Loc) -> Volume:
    return Volume(
        loc=loc,
        device=taken.written(part, "device", loc),
        devices=_all_written(part, "device", loc),
        mount=taken.written(part, "mount", loc),
        words={key: said for key in _VOLUME_WORDS if (said := taken.written(part, key, loc))},
        ring=taken.number(part, "ring"),
        port=taken.number(part, "port"),
        paths=taken.texts(part.get("paths"), (*loc, "paths")),
        links=tuple(_all_written(part, "links", loc).items()),
    )


def _all_written(part: dict[str, object], key: str, loc: Loc) -> dict[str, Written]:
    fields = taken.mapping(part.get(key))
    return {name: said for name in fields if (said := taken.written(fields, name, (*loc, key)))}


def _probe(part: object, loc: Loc) -> Probe:
    fields = taken.mapping(part)
    numbers = {name: number for name, number in taken.numbers(fields).items() if name not in WAYS}
    return Probe((*loc, "probe"), {way: fields[way] for way in WAYS if way in fields}, numbers)


def _alert(name: str, part: dict[str, object]) -> Alert:
    loc: Loc = ("alerts", name)
    events = part.get("events")
    return Alert(
        name=name,
        loc=loc,
        command=part.get("command"),
        mail=taken.written(part, "mail", loc),
        webhook=taken.written(part, "webhook", loc),
        events=tuple(each for each in events if isinstance(each, str)) if isinstance(events, list) else None,
    )


def _vip(part: dict[str, object], loc: Loc) -> Vip | None:
    text = taken.written(part, "vip", loc)
    if text:
        return Vip(read_address(text.text, text.loc), None)
    fields = taken.mapping(part.get("vip"))
    at = (*loc, "vip")
    text, agent = taken.written(fields, "address", at), taken.written(fields, "agent", at)
    if text is None:
        return None
    nic, check = taken.written(fields, "nic", at), taken.written(fields, "check", at)
    return Vip(read_address(text.text, text.loc), nic, agent.text if agent else None, check)
