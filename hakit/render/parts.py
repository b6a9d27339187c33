"""A service as the parts of a CIB: which resources and constraints, with which ids and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from hakit.model import Agent, Alert, Service, Switchback, Timing, Vip, VipAgent, quickservice
from hakit.model import alert as alerts
from hakit.model import vip as vips
from hakit.render.fragments import Templates

# A preference steers the first placement only: it is below the stickiness that keeps a running service where
# it is. With switchback it has no stickiness to beat.
_PREFER = {Switchback.NEVER: "50", Switchback.AUTOMATIC: "100"}
# Far above any stickiness or preference, so that the two move together, yet one can run when the other cannot.
_NEAR = "10000"
# The same for every service: what counts in a fencing race is how much of all a node runs.
_COUNTS = "10"
# For all nodes but those that a service avoids: beats stickiness and preferences, but not what somebody asks for. It is
# not the others' that is negative, because Pacemaker would rather stop a service than leave it on such a node.
_WELL = "10000"
# Seconds by which it is longer than what the address's own operations may take.
_REFUSED_LONGER = 10
# What our agent's metadata advises, in seconds: the pause between two watches, and the time to take changes over.
_WATCH_PAUSE = 2
_RELOAD_TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and value with the id that Pacemaker wants."""

    id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a resource; interval and timeout as Pacemaker writes them, `role` where it is for one role only."""

    id: str
    name: str
    interval: str
    timeout: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class AgentName:
    """A resource agent as the CIB names it; `provider` only for OCF."""

    standard: str
    type: str
    provider: str = ""


def pairs(set_id: str, values: Mapping[str, str]) -> tuple[Pair, ...]:
    """Give every value an id of its own, made from the set's id and its name."""
    return tuple(Pair(f"{set_id}-{name}", name, value) for name, value in values.items())


def resources(
    service: Service, timing: Timing, templates: Templates, *, counts: bool = False
) -> Iterator[etree._Element]:
    """Render the service's group: the VIP first, so that it is up before the unit and goes after it.

    `counts`: the node that runs it shall survive a fencing race, by priority-fencing-delay. The unit of a hot service is in a clone of its own (docs/decisions/0040-hot.md).
    """
    unit = _unit(f"{service.name}-unit", service, timing, templates)
    group = _group(service, timing, templates, counts=counts)
    if not service.hot:
        group.append(unit)
    yield group
    if service.hot:
        set_id = f"{service.everywhere}-meta_attributes"
        clone = templates.element("clone", service.everywhere)
        meta = pairs(set_id, {"interleave": "true"})
        clone.append(templates.element("meta_attributes", set_id, pairs=meta))
        clone.append(unit)
        yield clone


def _group(service: Service, timing: Timing, templates: Templates, *, counts: bool) -> etree._Element:
    element = templates.element("group", service.name)
    said = {"priority": _COUNTS} if counts else {}
    said |= {"resource-stickiness": "0"} if service.switchback is Switchback.AUTOMATIC else {}
    if said:
        set_id = f"{service.name}-meta_attributes"
        element.append(templates.element("meta_attributes", set_id, pairs=pairs(set_id, said)))
    if service.vip is not None:
        element.append(_vip(f"{service.name}-vip", service.vip, timing, templates))
    return element


def constraints(service: Service, near: Sequence[str], templates: Templates) -> Iterator[etree._Element]:
    """Render where the service likes to be, what it must follow, and what it has to be `near` to."""
    name = service.name
    if service.prefer is not None:
        yield templates.element(
            "rsc_location",
            f"{name}-prefers-{service.prefer}",
            resource=name,
            node=service.prefer,
            score=_PREFER[service.switchback],
            attribute="",
        )
    if service.hot:
        yield from _where_it_is_well(service, templates)
    for other in service.depends_on:
        yield templates.element("rsc_order", f"{name}-after-{other}", first=other, then=name, course="starts")
        yield templates.element(
            "rsc_colocation", f"{name}-with-{other}", resource=name, with_resource=other, score="INFINITY", with_role=""
        )
    for other in near:
        yield templates.element(
            "rsc_colocation", f"{name}-near-{other}", resource=name, with_resource=other, score=_NEAR, with_role=""
        )


def alert(known: Alert, cluster: str, templates: Templates) -> etree._Element:
    """Render an alert: a recipient for each way in which it is told, the ways' values where Pacemaker logs none."""
    name = f"{alerts.ID}{known.name}"
    set_id, meta_id = f"{name}-instance_attributes", f"{name}-meta_attributes"
    return templates.element(
        "alert",
        name,
        path=alerts.AGENT,
        meta_id=meta_id,
        meta=pairs(meta_id, {"timeout": f"{alerts.TIMEOUT}s"}),
        parameters_id=set_id,
        parameters=pairs(set_id, alerts.parameters(known, cluster)),
        recipients=tuple((f"{name}-{way}", way) for way in known.ways),
    )


def _where_it_is_well(service: Service, templates: Templates) -> Iterator[etree._Element]:
    """Render that the VIP is where the unit runs, leaves before that is stopped, and avoids nodes where it failed."""
    name, clone = service.name, service.everywhere
    yield templates.element(
        "rsc_colocation", f"{name}-with-{clone}", resource=name, with_resource=clone, score="INFINITY", with_role=""
    )
    # No order for starts: a clone counts as started when its last instance is, so the VIP would wait for nodes that
    # it isn't going to, and be torn down when an instance elsewhere is restarted.
    yield templates.element("rsc_order", f"{name}-leaves-{clone}", first=name, then=clone, course="leaves")
    yield templates.element(
        "rsc_location", f"{name}-avoids-{service.down}", resource=name, node="", score=_WELL, attribute=service.down
    )


def _vip(resource: str, vip: Vip, timing: Timing, templates: Templates) -> etree._Element:
    limit = timing.operation_timeout
    operations = _operations(resource, timing.vip_interval, (limit, limit, limit))
    if vip.agent is VipAgent.STOCK:
        agent = AgentName("ocf", vip.agent.value, "heartbeat")
        return primitive(resource, agent, vips.parameters(vip), operations, templates)
    agent = AgentName("ocf", vip.agent.value, "hakit")
    reload = Operation(f"{resource}-reload-agent", "reload-agent", "0s", f"{_RELOAD_TIMEOUT}s")
    element = primitive(resource, agent, vips.parameters(vip), (*operations, reload), templates)
    # Somebody else had the address: what is refused today may be free in a minute, long before other failures are forgotten.
    set_id = f"{resource}-meta_attributes"
    meta = pairs(set_id, {"failure-timeout": f"{limit + _REFUSED_LONGER}s"})
    element.insert(0, templates.element("meta_attributes", set_id, pairs=meta))
    return element


def _unit(resource: str, service: Service, timing: Timing, templates: Templates) -> etree._Element:
    timeouts = (service.timeouts.monitor, service.timeouts.start, service.timeouts.stop)
    match service.agent:
        case Agent.SYSTEMD:
            agent = AgentName("systemd", unit_type(service.unit))
            return primitive(resource, agent, {}, _operations(resource, timing.unit_interval, timeouts), templates)
        case Agent.QUICKSERVICE:
            agent = AgentName("ocf", "quickservice", "hakit")
            reload = Operation(f"{resource}-reload-agent", "reload-agent", "0s", f"{_RELOAD_TIMEOUT}s")
            operations = (*_operations(resource, _WATCH_PAUSE, timeouts), reload)
            return primitive(resource, agent, quickservice.parameters(service, timing), operations, templates)


def unit_type(unit: str) -> str:
    """Return the unit as Pacemaker's systemd class is told: `.service` is understood, as pcs and crm show it.

    It stays where another dot is left in the name, because Pacemaker takes what is behind the last dot for the
    kind of unit (systemd.c, systemd_unit_extension).
    """
    short = unit.removesuffix(".service")
    return unit if "." in short else short


def _operations(resource: str, interval: int, timeouts: tuple[int, int, int]) -> tuple[Operation, ...]:
    return tuple(
        Operation(f"{resource}-{name}", name, f"{every}s", f"{timeout}s")
        for name, every, timeout in zip(("monitor", "start", "stop"), (interval, 0, 0), timeouts, strict=True)
    )


def primitive(
    resource: str,
    agent: AgentName,
    parameters: Mapping[str, str],
    operations: tuple[Operation, ...],
    templates: Templates,
) -> etree._Element:
    """Render a primitive."""
    set_id = f"{resource}-instance_attributes"
    return templates.element(
        "primitive",
        resource,
        agent=agent,
        parameters=pairs(set_id, parameters),
        parameters_id=set_id,
        operations=operations,
    )
