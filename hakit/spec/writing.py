"""A cluster as a spec file that a person would write: in the usual order, with comments, without what is the default."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from hakit.model import (
    ALL_EVENTS,
    PROFILE,
    PROFILES,
    Alert,
    Cluster,
    DeviceFencing,
    Guard,
    Node,
    Quorum,
    QuorumDevice,
    Ring,
    SbdFencing,
    Timing,
)
from hakit.spec import scalar
from hakit.spec.build import PORT
from hakit.spec.networks import ASSUMED
from hakit.spec.written_fencing import devices, sbd
from hakit.spec.written_service import service

Part = dict[str, object]


@dataclass(frozen=True, slots=True)
class Comments:
    """What is written beside the data: lines above and below all, and lines above a part, by its name.

    The parts are the file's top-level keys.
    """

    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def written(cluster: Cluster, comments: Comments | None = None) -> str:
    """Write the spec file: reading it again gives an equal cluster.

    Without a reason to do without fencing there is no decision in the file, and `hakit check` will ask for it.
    """
    said = comments or Comments()
    blocks = [_comment(said.head)] if said.head else []
    for name, lines in _parts(cluster):
        blocks.append([*_comment(said.parts.get(name, ())), *lines])
    blocks += [_comment(said.tail)] if said.tail else []
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _comment(lines: tuple[str, ...]) -> list[str]:
    return ["# " + line if line else "#" for text in lines for line in (text.splitlines() or [""])]


def _parts(cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
    yield "cluster", [f"cluster: {scalar.text(cluster.name)}"]
    yield "nodes", ["nodes:", *(f"  {scalar.text(name)}: {scalar.flow(part)}" for name, part in _nodes(cluster))]
    if rings := _rings(cluster.rings):
        yield "rings", ["rings:", *(f"  - {scalar.value(ring)}" for ring in rings)]
    yield "fencing", _fencing(cluster)
    if cluster.quorum != Quorum():
        yield "quorum", ["quorum:", *_quorum(cluster.quorum)]
    if cluster.services:
        yield (
            "services",
            ["services:", *(line for each in cluster.services for line in service(each, cluster))],
        )
    timing = timing_part(cluster.timing)
    if timing != PROFILE:
        yield "timing", [f"timing: {scalar.value(timing)}"]
    if cluster.alerts:
        yield "alerts", ["alerts:", *(line for each in cluster.alerts for line in _alert(each))]
    if not cluster.autostart:
        yield "autostart", ["autostart: false"]
    if cluster.guard:
        yield "guard", [f"guard: {scalar.flow(_guard(cluster.guard, cluster.timing))}"]


def _guard(guard: Guard, timing: Timing) -> Part:
    part: Part = {"targets": [str(target) for target in guard.targets]} if guard.targets else {}
    return part | ({"timeout": guard.timeout} if guard.timeout != timing.guard_timeout else {})


def _alert(alert: Alert) -> Iterator[str]:
    yield f"  {scalar.text(alert.name)}:"
    if alert.command:
        argv = alert.command
        yield f"    command: {scalar.value(argv[0] if len(argv) == 1 and ' ' not in argv[0] else argv)}"
    for way, value in (("mail", alert.mail), ("webhook", alert.webhook)):
        if value:
            yield f"    {way}: {scalar.text(value)}"
    if alert.events != ALL_EVENTS:
        yield f"    events: {scalar.value([event.value for event in alert.events])}"


def _quorum(quorum: Quorum) -> Iterator[str]:
    if quorum.device:
        usual = dataclasses.asdict(QuorumDevice(quorum.device.host))
        said = {key: value for key, value in dataclasses.asdict(quorum.device).items() if value != usual[key]}
        yield f"  device: {scalar.flow({'host': quorum.device.host, **said})}"
    if quorum.wait_for_all is not None:
        yield f"  wait_for_all: {scalar.value(quorum.wait_for_all)}"
    if quorum.last_man_standing:
        yield "  last_man_standing: true"


def _nodes(cluster: Cluster) -> Iterator[tuple[str, Part]]:
    numbered = [node.id for node in cluster.nodes] == list(range(1, len(cluster.nodes) + 1))
    for index, node in enumerate(cluster.nodes):
        part: Part = {"rings": list(_addresses(cluster, node, first=index == 0))}
        yield node.name, part if numbered else part | {"id": node.id}


def _addresses(cluster: Cluster, node: Node, *, first: bool) -> Iterator[str]:
    for ring, address in zip(cluster.rings, node.addresses, strict=True):
        prefix = f"/{ring.network.prefixlen}" if first and _must_be_said(cluster, ring) else ""
        yield f"{address}{prefix}"


def _must_be_said(cluster: Cluster, ring: Ring) -> bool:
    """Say whether a reader would take the ring's network for another one: see `spec.networks`."""
    address = cluster.nodes[0].addresses[ring.number]
    if ip_network((address, ASSUMED[address.version]), strict=False) != ring.network:
        return True
    vips = (each.vip for each in cluster.services if ring.number == 0)
    return any(vip and vip.nic is None and vip.interface.network != ring.network for vip in vips)


def _rings(rings: tuple[Ring, ...]) -> list[Part]:
    parts: list[Part] = []
    for ring in rings:
        part: Part = {"priority": ring.priority} if ring.priority != ring.number + 1 else {}
        parts.append(part | ({"port": ring.mcastport} if ring.mcastport != PORT else {}))
    return parts if any(parts) else []


def _fencing(cluster: Cluster) -> list[str]:
    fencing = cluster.fencing
    nodes, device = len(cluster.nodes), cluster.quorum.device is not None
    if isinstance(fencing, DeviceFencing):
        return ["fencing:", *devices(fencing, nodes=nodes, device=device)]
    if isinstance(fencing, SbdFencing):
        return ["fencing:", *sbd(fencing, nodes=nodes, device=device)]
    if not fencing.reason:
        return ["# fencing:", '#   none: "why this cluster does without"']
    return ["fencing:", f"  none: {scalar.quoted(fencing.reason)}"]


def timing_part(timing: Timing) -> str | Part:
    """Write the timing as its word, or as a mapping of the numbers that differ from the word's."""
    base = PROFILES[timing.profile]
    numbers = {name: number for name, number in dataclasses.asdict(timing).items() if name != "profile"}
    # Consensus follows a token that is said, unless it is said too: see `spec.build`.
    follows = -(-timing.token * 6 // 5) if timing.token != base.token else base.consensus
    defaults = dataclasses.asdict(base) | {"consensus": follows}
    said: Part = {name: number for name, number in numbers.items() if number != defaults[name]}
    if not said:
        return timing.profile
    return said if timing.profile == PROFILE else {"profile": timing.profile, **said}
