"""The spec as far as it can be understood: what is wrongly typed or missing is None, and the rest stays usable.

Structure is the schema's business. A draft lets the rules look at everything else in the same run, so that a
typing error in one service doesn't hide an address that is there twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hakit.model import VIP_AGENTS, Agent, Run, VipAgent
from hakit.spec.address import Address, read_address
from hakit.spec.place import Loc, Place
from hakit.spec.question import WAYS

if TYPE_CHECKING:
    from hakit.spec.source import Source

_VOLUME_WORDS = ("size", "filesystem", "protocol", "owner", "group", "mode")


@dataclass(frozen=True, slots=True)
class Written:
    """A text and where it stands."""

    text: str
    loc: Loc


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
        """Return the virtual IP's agent that is said, else the one that goes with the unit's."""
        if self.vip is not None and self.vip.agent in set(VipAgent):
            return VipAgent(self.vip.agent)
        return VIP_AGENTS[self.looked_after_by]


@dataclass(frozen=True, slots=True)
class Guard:
    """How a node finds out that it has lost its clients."""

    targets: tuple[Written, ...]
    timeout: int | None


@dataclass(frozen=True, slots=True)
class Device:
    """A fencing device; `secrets` has the file's path per parameter, "" for asking."""

    name: str
    loc: Loc
    agent: Written | None
    nodes: tuple[Written, ...]
    parameters: dict[str, str]
    secrets: dict[str, str]
    delay: int


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a node: the devices that have to succeed together. `index` counts from 1."""

    node: str
    loc: Loc
    index: int
    devices: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Sbd:
    """Fencing by SBD."""

    loc: Loc
    disks: tuple[Written, ...]
    watchdog: Written | None
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
    data = _mapping(source.data)
    timing, fencing = _mapping(data.get("timing")), _mapping(data.get("fencing"))
    return Draft(
        source=source,
        cluster=_written(data, "cluster", ()),
        nodes=tuple(_node(name, part) for name, part in _items(data, "nodes")),
        rings=tuple(_ring(index, part) for index, part in enumerate(_list(data["rings"])))
        if isinstance(data.get("rings"), list)
        else None,
        reason=_written(fencing, "none", ("fencing",)),
        devices=tuple(_device(name, part) for name, part in _items(fencing, "devices")),
        levels=tuple(_levels(_mapping(fencing.get("levels")))),
        sbd=_sbd(_mapping(fencing["sbd"])) if isinstance(fencing.get("sbd"), dict) else None,
        priority_delay=_number(fencing, "priority_delay"),
        quorum=_mapping(data.get("quorum")),
        services=tuple(_service(name, part) for name, part in _items(data, "services")),
        timing=_written(data, "timing", ()) or _written(timing, "profile", ("timing",)),
        timers=_numbers(timing),
        autostart=_yes_no(data, "autostart"),
        alerts=tuple(_alert(name, part) for name, part in _items(data, "alerts")),
        guard=_guard(data["guard"]) if isinstance(data.get("guard"), dict) else None,
    )


def _guard(part: object) -> Guard:
    fields = _mapping(part)
    return Guard(_texts(fields.get("targets"), ("guard", "targets")), _number(fields, "timeout"))


def _node(name: str, part: dict[str, object]) -> Node:
    loc: Loc = ("nodes", name)
    rings = part.get("rings")
    addresses = (
        tuple(read_address(item, (*loc, "rings", i)) if isinstance(item, str) else None for i, item in enumerate(rings))
        if isinstance(rings, list)
        else None
    )
    return Node(name, loc, _number(part, "id"), addresses)


def _ring(index: int, part: object) -> RingOptions:
    loc: Loc = ("rings", index)
    fields = _mapping(part)
    network = _written(fields, "network", loc)
    return RingOptions(
        loc,
        read_address(network.text, network.loc) if network else None,
        _number(fields, "priority"),
        _number(fields, "port"),
    )


def device_of(quorum: dict[str, object]) -> tuple[dict[str, str], dict[str, int]]:
    """Return the texts and the numbers that are said of the quorum device; none when there is no device."""
    device = _mapping(quorum.get("device"))
    return {key: value for key, value in device.items() if isinstance(value, str)}, _numbers(device)


def _device(name: str, part: dict[str, object]) -> Device:
    loc: Loc = ("fencing", "devices", name)
    secrets = {key: _mapping(value).get("file", "") for key, value in _mapping(part.get("secrets")).items()}
    return Device(
        name=name,
        loc=loc,
        agent=_written(part, "agent", loc),
        nodes=_texts(part.get("nodes"), (*loc, "nodes")),
        parameters={key: _plain(value) for key, value in _mapping(part.get("parameters")).items()},
        secrets={key: file if isinstance(file, str) else "" for key, file in secrets.items()},
        delay=_number(part, "delay") or 0,
    )


def _sbd(part: dict[str, object]) -> Sbd:
    loc: Loc = ("fencing", "sbd")
    return Sbd(
        loc, _texts(part.get("disks"), (*loc, "disks")), _written(part, "watchdog", loc), _number(part, "timeout")
    )


def _levels(part: dict[str, object]) -> Iterator[Level]:
    for node, steps in part.items():
        for place, step in enumerate(_list(steps)):
            loc: Loc = ("fencing", "levels", node, place)
            devices = (Written(step, loc),) if isinstance(step, str) else _texts(step, loc)
            yield Level(node, loc, place + 1, devices)


def _texts(value: object, loc: Loc) -> tuple[Written, ...]:
    return tuple(Written(item, (*loc, i)) for i, item in enumerate(_list(value)) if isinstance(item, str))


def _plain(value: object) -> str:
    # As fence agents read it: metadata has 0 and 1 for what is on or off.
    return str(int(value)) if isinstance(value, bool) else str(value)


def _service(name: str, part: dict[str, object]) -> Service:
    loc: Loc = ("services", name)
    agent, signal = _written(part, "agent", loc), _written(part, "stop_signal", loc)
    return Service(
        name=name,
        loc=loc,
        unit=_written(part, "unit", loc),
        vip=_vip(part, loc),
        agent=agent.text if agent else None,
        prefer=_written(part, "prefer", loc),
        switchback=_written(part, "switchback", loc),
        depends_on=_texts(part.get("depends_on"), (*loc, "depends_on")),
        timeouts=_numbers(_mapping(part.get("timeouts"))),
        probe=_probe(part["probe"], loc) if isinstance(part.get("probe"), dict) else None,
        monitor_unit=_yes_no(part, "monitor_unit"),
        stop_signal=signal.text if signal else None,
        stop_escalation=_number(part, "stop_escalation"),
        run=_written(part, "run", loc),
        says_vip=part.get("vip") is not None,
        volume=_volume(_mapping(part["volume"]), (*loc, "volume")) if isinstance(part.get("volume"), dict) else None,
    )


def _volume(part: dict[str, object], loc: Loc) -> Volume:
    return Volume(
        loc=loc,
        device=_written(part, "device", loc),
        devices=_all_written(part, "device", loc),
        mount=_written(part, "mount", loc),
        words={key: said for key in _VOLUME_WORDS if (said := _written(part, key, loc))},
        ring=_number(part, "ring"),
        port=_number(part, "port"),
        paths=_texts(part.get("paths"), (*loc, "paths")),
        links=tuple(_all_written(part, "links", loc).items()),
    )


def _all_written(part: dict[str, object], key: str, loc: Loc) -> dict[str, Written]:
    fields = _mapping(part.get(key))
    return {name: said for name in fields if (said := _written(fields, name, (*loc, key)))}


def _probe(part: object, loc: Loc) -> Probe:
    fields = _mapping(part)
    numbers = {name: number for name, number in _numbers(fields).items() if name not in WAYS}
    return Probe((*loc, "probe"), {way: fields[way] for way in WAYS if way in fields}, numbers)


def _alert(name: str, part: dict[str, object]) -> Alert:
    loc: Loc = ("alerts", name)
    events = part.get("events")
    return Alert(
        name=name,
        loc=loc,
        command=part.get("command"),
        mail=_written(part, "mail", loc),
        webhook=_written(part, "webhook", loc),
        events=tuple(each for each in events if isinstance(each, str)) if isinstance(events, list) else None,
    )


def _vip(part: dict[str, object], loc: Loc) -> Vip | None:
    text = _written(part, "vip", loc)
    if text:
        return Vip(read_address(text.text, text.loc), None)
    fields = _mapping(part.get("vip"))
    at = (*loc, "vip")
    text, agent = _written(fields, "address", at), _written(fields, "agent", at)
    if text is None:
        return None
    nic, check = _written(fields, "nic", at), _written(fields, "check", at)
    return Vip(read_address(text.text, text.loc), nic, agent.text if agent else None, check)


def _written(fields: dict[str, object], key: str, loc: Loc) -> Written | None:
    value = fields.get(key)
    return Written(value, (*loc, key)) if isinstance(value, str) else None


def _number(fields: dict[str, object], key: str) -> int | None:
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _yes_no(fields: dict[str, object], key: str) -> bool | None:
    value = fields.get(key)
    return value if isinstance(value, bool) else None


def _numbers(fields: dict[str, object]) -> dict[str, int]:
    return {key: number for key in fields if (number := _number(fields, key)) is not None}


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _items(data: dict[str, object], key: str) -> Iterator[tuple[str, dict[str, object]]]:
    for name, part in _mapping(data.get(key)).items():
        yield name, _mapping(part)
