"""A service of the spec, as its resources say it."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_interface

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.shapes import Shape
from hakit.core import HakitError
from hakit.model import (
    SIGNALS,
    TIMEOUTS,
    AddressCheck,
    Agent,
    Probe,
    Question,
    Run,
    Service,
    Timeouts,
    Vip,
    VipAgent,
    Volume,
)
from hakit.model.cluster import Network
from hakit.spec import question
from hakit.spec.build import unit_name

_WAYS = {f"probe_{way}": way for way in question.WAYS}
_NO = frozenset({"no", "false", "0", "off", "n"})


def service(shape: Shape, volumes: Mapping[str, Volume]) -> Service:
    """Return the service without what constraints say of it. What it can't say, the comparison finds afterwards."""
    given = meaning.parameters(shape.unit)
    if shape.unit.get("class") == "systemd":
        agent, unit = Agent.SYSTEMD, shape.unit.get("type", "")
    else:
        agent, unit = Agent.QUICKSERVICE, given.get("unit", "")
    known = Service(
        name=shape.name,
        unit=unit_name(unit),
        vip=None if shape.vip is None else _vip(shape.vip),
        agent=agent,
        depends_on=shape.after,
        timeouts=_timeouts(shape.unit, agent),
        run=Run.COLD if shape.clone is None else Run.HOT,
        volume=None if shape.mirror is None else volumes.get(shape.name),
    )
    return known if agent is Agent.SYSTEMD else _protected(known, given)


def narrowed(known: Service, network: Network) -> Service:
    """Give a virtual IP without a prefix of its own that of the clients' network."""
    vip = known.vip
    if vip is None or vip.interface.network.prefixlen != vip.interface.max_prefixlen or vip.interface.ip not in network:
        return known
    return replace(known, vip=replace(vip, interface=ip_interface((vip.interface.ip, network.prefixlen))))


def _vip(primitive: etree._Element) -> Vip:
    given = meaning.parameters(primitive)
    try:
        address = ip_address(given.get("ip", ""))
        prefix = int(given.get("cidr_netmask", address.max_prefixlen))
        agent = VipAgent.OURS if primitive.get("provider") == "hakit" else VipAgent.STOCK
        asked = agent is VipAgent.STOCK or given.get("check") != AddressCheck.NEVER
        check = AddressCheck.LOST if asked else AddressCheck.NEVER
        return Vip(ip_interface((address, prefix)), given.get("nic"), agent, check)
    except ValueError as error:
        raise HakitError(f"resource {primitive.get('id')}: its address can't be read: {error}") from error


def _timeouts(unit: etree._Element, agent: Agent) -> Timeouts:
    there = meaning.of_resource(unit)
    known = {
        name: seconds
        for name in ("start", "stop", "monitor")
        if (fact := there.get(f"{name} timeout")) and (seconds := meaning.seconds(fact.value))
    }
    return replace(TIMEOUTS[agent], **known)


def _protected(known: Service, given: Mapping[str, str]) -> Service:
    asked = [name for name in _WAYS if name in given]
    probe = _probe(asked[0], given) if len(asked) == 1 else None
    return replace(
        known,
        probe=probe,
        monitor_unit=given.get("monitor_unit", "yes").lower() not in _NO,
        stop_signal=_signal(given.get("stop_signal", "")),
        stop_escalation=meaning.seconds(given.get("stop_escalation", "")),
    )


def _signal(text: str) -> str | None:
    """Read it as the agent does: in any case, with or without SIG."""
    return next((name for name in SIGNALS if text.upper() in {name, name.removeprefix("SIG")}), None)


def _probe(name: str, given: Mapping[str, str]) -> Probe | None:
    asked = _question(name, given)
    if asked is None:
        return None
    numbers = {
        "timeout": meaning.seconds(given.get("probe_timeout", "5s")),  # the agent's own default
        "failures": meaning.seconds(given.get("probe_failures", "")),
        "start_timeout": meaning.seconds(given.get("probe_start_timeout", "")),
    }
    return replace(Probe(asked), **{key: number for key, number in numbers.items() if number})  # type: ignore[arg-type]  # all are Probe's int fields


def _question(name: str, given: Mapping[str, str]) -> Question | None:
    value: object = given[name]
    with contextlib.suppress(ValueError):
        if name == "probe_command":
            value = shlex.split(given[name])
        elif name == "probe_http":
            status = given.get("probe_http_status", "200")
            value = {
                "url": given[name],
                "status": int(status),
                "text": given.get("probe_http_text", ""),
                "host": given.get("probe_http_host", ""),
            }
        return question.read(_WAYS[name], value)
    return None
