"""One service as a spec file has it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from ipaddress import IPv6Address

from hakit.model import (
    TIMEOUTS,
    AddressCheck,
    Agent,
    Cluster,
    CommandQuestion,
    HttpQuestion,
    Probe,
    Question,
    Service,
    Switchback,
    TcpQuestion,
    Timing,
    UnixQuestion,
    Vip,
    VipAgent,
    Volume,
    usual_vip_agent,
)
from hakit.spec import scalar, size
from hakit.spec.build import fitting


def service(known: Service, cluster: Cluster) -> Iterator[str]:
    """Write the lines of the cluster's service, two blanks deep."""
    yield f"  {scalar.text(known.name)}:"
    yield from (f"    {key}: {scalar.value(value)}" for key, value in _keys(known, cluster.timing))
    if known.volume:
        yield "    volume:"
        yield from (
            f"      {key}: {scalar.value(value)}" for key, value in _volume(known.volume, last=len(cluster.rings) - 1)
        )


def _volume(known: Volume, *, last: int) -> Iterator[tuple[str, object]]:
    paths = {path for _, path in known.devices}
    yield "device", paths.pop() if len(paths) == 1 else dict(known.devices)
    yield "mount", known.mount
    if known.size is not None:
        yield "size", size.written(known.size)
    if known.ring != last:
        yield "ring", known.ring
    usual = Volume(known.devices, known.mount, known.ring)
    for key in ("filesystem", "port", "protocol", "owner", "group"):
        value = getattr(known, key)
        if value != getattr(usual, key):
            yield key, value
    if known.mode != usual.mode:
        yield "mode", known.mode
    if known.paths:
        yield "paths", known.paths
    if known.links:
        yield "links", dict(known.links)


def _keys(known: Service, times: Timing) -> Iterator[tuple[str, object]]:
    yield "unit", known.unit
    yield from _looked_after(known, times)
    if known.prefer is not None:
        yield "prefer", known.prefer
    if known.switchback is not Switchback.NEVER:
        yield "switchback", known.switchback.value
    if known.depends_on:
        yield "depends_on", known.depends_on
    default = dataclasses.asdict(TIMEOUTS[known.agent])
    timeouts = {name: number for name, number in dataclasses.asdict(known.timeouts).items() if number != default[name]}
    if timeouts:
        yield "timeouts", timeouts


def _vip(known: Vip, usual: VipAgent) -> str | dict[str, str]:
    said = {"address": str(known.interface)}
    if known.nic:
        said["nic"] = known.nic
    if known.agent is not usual:
        said["agent"] = known.agent.value
    if known.check is not AddressCheck.LOST:
        said["check"] = known.check.value
    return said if len(said) > 1 else said["address"]


def _looked_after(known: Service, times: Timing) -> Iterator[tuple[str, object]]:
    if known.vip is not None:
        yield "vip", _vip(known.vip, usual_vip_agent(known.agent, volume=known.volume is not None))
    if known.hot:
        yield "run", known.run.value
    elif known.agent is not Agent.SYSTEMD:
        yield "agent", known.agent.value
    if known.probe is not None:
        yield "probe", _probe(known.probe, known, times)
    if not known.monitor_unit:
        yield "monitor_unit", False
    if known.stop_signal is not None:
        yield "stop_signal", known.stop_signal
    if known.stop_escalation is not None:
        yield "stop_escalation", known.stop_escalation


def _probe(probe: Probe, known: Service, times: Timing) -> dict[str, object]:
    usual = fitting(probe.question, known.timeouts, times)
    numbers = {
        name: number
        for name in ("timeout", "failures", "start_timeout")
        if (number := getattr(probe, name)) != getattr(usual, name)
    }
    return {**_question(probe.question), **numbers}


def _question(question: Question) -> dict[str, object]:
    match question:
        case TcpQuestion(port, None):
            return {"tcp": port}
        case TcpQuestion(port, address):
            return {"tcp": f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"}
        case HttpQuestion(url):
            said = {"url": url, "status": question.status, "text": question.text, "host": question.host}
            usual = dataclasses.asdict(HttpQuestion(url))
            more = {key: value for key, value in said.items() if value != usual[key]}
            return {"http": {"url": url, **more} if more else url}
        case UnixQuestion(path):
            return {"unix": path}
        case CommandQuestion(argv):
            return {"command": argv[0] if len(argv) == 1 and " " not in argv[0] else argv}
