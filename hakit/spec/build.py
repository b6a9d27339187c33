"""From a draft without faults to the model, with every default filled in."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface

from hakit.core import Secret
from hakit.model import (
    ALL_EVENTS,
    PROFILE,
    PROFILES,
    TIMEOUTS,
    AddressCheck,
    Alert,
    AlertEvent,
    Cluster,
    Device,
    DeviceFencing,
    Fencing,
    Filesystem,
    Guard,
    Level,
    Node,
    NoFencing,
    Probe,
    Protocol,
    Question,
    Quorum,
    QuorumDevice,
    Ring,
    Run,
    SbdFencing,
    SecretParameter,
    Service,
    Switchback,
    Timeouts,
    Timing,
    Vip,
    Volume,
)
from hakit.model.fencing import WATCHDOG, advance, sbd_advance, sbd_timeout
from hakit.model.volume import PORT as VOLUME_PORT
from hakit.spec import draft, draft_fencing, question, recipient, size
from hakit.spec.draft import Draft
from hakit.spec.networks import Network, RingNetwork, ring_networks

PORT = 5405  # corosync.conf(5), mcastport; with knet every link has its own address, so one port serves all
UNIT_SUFFIXES = ("service",)


def build(spec: Draft) -> Cluster:
    """Make the model. The draft must have passed every rule."""
    networks = ring_networks(spec)
    return Cluster(
        name=spec.cluster.text if spec.cluster else "",
        nodes=_nodes(spec),
        rings=tuple(_ring(spec, ring) for ring in networks),
        fencing=fencing(spec),
        services=tuple(_service(spec, service, networks) for service in spec.services),
        timing=timing(spec),
        quorum=quorum(spec),
        autostart=True if spec.autostart is None else spec.autostart,
        alerts=tuple(_alert(alert) for alert in spec.alerts),
        guard=_guard(spec.guard, timing(spec)) if spec.guard else None,
    )


def _guard(said: draft.Guard, times: Timing) -> Guard:
    targets = tuple(ip_address(target.text) for target in said.targets)
    return Guard(targets, times.guard_timeout if said.timeout is None else said.timeout)


def node_ids(spec: Draft) -> dict[str, int]:
    """Give every node its id: the one said, else the lowest that is free, in the order of the file."""
    said = {node.name: node.id for node in spec.nodes if node.id is not None}
    free = (number for number in range(1, 2 + len(spec.nodes) + len(said)) if number not in said.values())
    return {node.name: said[node.name] if node.name in said else next(free) for node in spec.nodes}


def unit_name(text: str) -> str:
    """Complete a unit's name as systemctl does: `squid` means `squid.service`."""
    return text if "." in text.rpartition("@")[2] and text.endswith(UNIT_SUFFIXES) else f"{text}.service"


def timing(spec: Draft) -> Timing:
    """Take the profile and put the numbers over it that are said; consensus follows token unless it is said too."""
    word = spec.timing.text if spec.timing else PROFILE
    base = PROFILES.get(word, PROFILES[PROFILE])
    said = dict(spec.timers)
    if "token" in said and "consensus" not in said:
        said["consensus"] = -(-said["token"] * 6 // 5)  # 1.2 * token, rounded up: corosync.conf(5), consensus
    known = {name: number for name, number in said.items() if name in Timing.__dataclass_fields__}
    return replace(base, **known)  # type: ignore[arg-type]  # every number is one of Timing's int fields


def fencing(spec: Draft) -> Fencing:
    """Take the decision. Of two nodes either may fence the other, so there the one with the services gets a start."""
    if spec.sbd:
        disks, watchdog = tuple(disk.text for disk in spec.sbd.disks), spec.sbd.watchdog
        return SbdFencing(
            disks, watchdog.text if watchdog else WATCHDOG, watchdog_timeout(spec, spec.sbd), priority_delay(spec)
        )
    if not spec.devices:
        return NoFencing(spec.reason.text.strip() if spec.reason else "")
    levels = (Level(each.node, each.index, tuple(device.text for device in each.devices)) for each in spec.levels)
    return DeviceFencing(tuple(map(_device, spec.devices)), tuple(levels), priority_delay(spec))


def quorum(spec: Draft) -> Quorum:
    """Take what is said of quorum."""
    texts, numbers = draft.device_of(spec.quorum)
    device = QuorumDevice(**texts, **numbers) if "host" in texts else None  # type: ignore[arg-type]  # port is the number
    wait = spec.quorum.get("wait_for_all")
    return Quorum(device, wait if isinstance(wait, bool) else None, spec.quorum.get("last_man_standing") is True)


def priority_delay(spec: Draft) -> int:
    """Return the advance in seconds: the one said, else the usual one."""
    if spec.priority_delay is not None:
        return spec.priority_delay
    device = votes_of_a_device(spec)
    if spec.sbd:
        timeout = watchdog_timeout(spec, spec.sbd)
        return sbd_advance(timeout, len(spec.nodes), disks=bool(spec.sbd.disks), device=device)
    return advance(len(spec.nodes), device=device)


def watchdog_timeout(spec: Draft, sbd: draft_fencing.Sbd) -> int:
    """Return the watchdog's timeout in seconds: the one said, else the usual one."""
    usual = sbd_timeout(disks=bool(sbd.disks), device=votes_of_a_device(spec))
    return usual if sbd.timeout is None else sbd.timeout


def votes_of_a_device(spec: Draft) -> bool:
    """Say whether there is a quorum device."""
    return "host" in draft.device_of(spec.quorum)[0]


def _device(device: draft_fencing.Device) -> Device:
    return Device(
        name=device.name,
        agent=device.agent.text if device.agent else "",
        nodes=tuple(node.text for node in device.nodes),
        parameters=tuple(device.parameters.items()),
        secrets=tuple(SecretParameter(name, file) for name, file in device.secrets.items()),
        delay=device.delay,
    )


def _nodes(spec: Draft) -> tuple[Node, ...]:
    ids = node_ids(spec)
    return tuple(
        Node(node.name, ids[node.name], tuple(a.value.ip for a in node.addresses or () if a and a.value))
        for node in spec.nodes
    )


def _ring(spec: Draft, ring: RingNetwork) -> Ring:
    options = spec.rings[ring.number] if spec.rings else None
    if ring.network is None:
        raise ValueError(f"ring {ring.number} has no network")
    # Of the links that are up, knet uses the one with the highest priority (corosync.conf(5), link_mode passive).
    # Ring 0 carries the clients, whose bursts would delay the token; so a later, private ring goes first, and
    # ring 0 is the reserve.
    priority = options.priority if options and options.priority is not None else ring.number + 1
    return Ring(ring.number, ring.network, priority, options.port or PORT if options else PORT)


def _service(spec: Draft, service: draft.Service, rings: tuple[RingNetwork, ...]) -> Service:
    agent, ring0 = service.looked_after_by, rings[0].network
    timeouts = replace(TIMEOUTS[agent], **service.timeouts)
    return Service(
        name=service.name,
        unit=unit_name(service.unit.text) if service.unit else "",
        vip=_vip(service, service.vip, ring0) if service.vip and service.vip.address.value else None,
        agent=agent,
        prefer=service.prefer.text if service.prefer else None,
        switchback=Switchback(service.switchback.text if service.switchback else Switchback.NEVER),
        depends_on=tuple(other.text for other in service.depends_on),
        timeouts=timeouts,
        probe=_probe(service.probe, timeouts, timing(spec)) if service.probe else None,
        monitor_unit=service.monitor_unit is not False,
        stop_signal=service.stop_signal,
        stop_escalation=service.stop_escalation,
        run=Run(service.run.text) if service.run else Run.COLD,
        volume=_volume(spec, service.volume, last=len(rings) - 1) if service.volume else None,
    )


def _vip(service: draft.Service, vip: draft.Vip, ring0: Network | None) -> Vip:
    return Vip(
        vip_interface(vip, ring0),
        vip.nic.text if vip.nic else None,
        service.address_held_by,
        AddressCheck(vip.check.text if vip.check else AddressCheck.LOST),
    )


def _volume(spec: Draft, volume: draft.Volume, *, last: int) -> Volume:
    said = {key: written.text for key, written in volume.words.items()}
    everywhere = volume.device.text if volume.device else ""
    devices = ((name, volume.devices[name].text if volume.devices else everywhere) for name in _names(spec))
    return Volume(
        devices=tuple(devices),
        mount=volume.mount.text if volume.mount else "",
        ring=last if volume.ring is None else volume.ring,
        filesystem=Filesystem(said.pop("filesystem", Filesystem.EXT4)),
        size=size.read(said.pop("size")) if "size" in said else None,
        port=VOLUME_PORT if volume.port is None else volume.port,
        protocol=Protocol(said.pop("protocol", Protocol.SYNCHRONOUS)),
        paths=tuple(path.text for path in volume.paths),
        links=tuple((link, target.text) for link, target in volume.links),
        **said,
    )


def _names(spec: Draft) -> tuple[str, ...]:
    return tuple(node.name for node in spec.nodes)


def _alert(alert: draft.Alert) -> Alert:
    said = ALL_EVENTS if alert.events is None else alert.events
    return Alert(
        alert.name,
        recipient.command(alert.command) if alert.command is not None else (),
        recipient.mail(alert.mail.text) if alert.mail else "",
        recipient.webhook(alert.webhook.text) if alert.webhook else Secret(""),
        tuple(event for event in AlertEvent if event in said),
    )


def _probe(probe: draft.Probe, timeouts: Timeouts, times: Timing) -> Probe:
    ((way, value),) = probe.ways.items()
    asked = question.read(way, value)
    if asked is None:
        raise ValueError(f"{way}: {value!r}")
    return replace(fitting(asked, timeouts, times), **probe.numbers)  # type: ignore[arg-type]  # numbers are Probe's int fields


def fitting(asked: Question, timeouts: Timeouts, times: Timing) -> Probe:
    """Return the probe of a service that says no numbers of it."""
    default = Probe(asked)
    # What isn't said gives way to an operation that is made short, and leaves a second of it for everything else.
    return replace(
        default,
        timeout=max(1, min(times.probe_timeout, timeouts.monitor - 1)),
        start_timeout=max(1, min(default.start_timeout, timeouts.start - 1)),
    )


def vip_interface(vip: draft.Vip, ring0: Network | None) -> IPv4Interface | IPv6Interface:
    """Return the VIP with its network: the prefix that is said, else ring 0's. Raises ValueError for a bad address."""
    value = vip.address.value
    if value is None:
        raise ValueError(vip.address.text)
    if vip.address.prefixed or ring0 is None:
        return value
    return ip_interface((value.ip, ring0.prefixlen))
