"""How a host is told to probe the network, and how its answer is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any

from hakit.core import Command, Outcome
from hakit.model import Cluster, Service
from hakit.model.cluster import Address
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.network import NetworkProbe, RingProbe

PCSD_PORT = 2224
LIMIT = 2.5  # seconds after which a probe gives up on whom it hasn't heard


def command(program: str, run: str, facts: HostFacts, cluster: Cluster, all_facts: Mapping[str, HostFacts]) -> Command:
    """Build the probe for one host: `program` is the text that defines `main`, `run` tells this run's tokens apart.

    Rings where corosync runs, here or on the peer, are left out: its packets must not meet ours.
    """
    return _told(program, _plan(run, facts, cluster, all_facts))


def asking(program: str, facts: HostFacts, services: Iterable[Service]) -> Command:
    """Build a probe that only asks the host's network who has the virtual IPs of these services."""
    nobody = {"address": "", "port": PCSD_PORT, "peers": {}}
    return _told(
        program,
        {"me": facts.host, "run": "", "seconds": LIMIT, "rings": [], "tcp": nobody, "vips": _vips(facts, services)},
    )


def _told(program: str, plan: dict[str, Any]) -> Command:
    return Command(
        ("python3", "-I", "-S", "-"),
        stdin=f"{program}\nmain({json.dumps(plan)!r})\n",
        timeout=LIMIT + 5,
        changes_state=False,
    )


def read(outcome: Outcome, cluster: Cluster, facts: HostFacts, all_facts: Mapping[str, HostFacts]) -> NetworkProbe:
    """Read the probe's outcome."""
    if not outcome.ok:
        return NetworkProbe(fault=outcome.explain().splitlines()[-1].strip(" |"))
    said = json.loads(outcome.stdout)
    asked = {entry["number"]: frozenset(entry["peers"]) for entry in _rings(facts, cluster, all_facts)}
    addresses = dict(zip((ring.number for ring in cluster.rings), cluster.node(facts.host).addresses, strict=False))
    ports = {ring.number: ring.mcastport for ring in cluster.rings}
    return NetworkProbe(
        rings=tuple(
            RingProbe(
                number=entry["number"],
                address=addresses[entry["number"]],
                port=ports[entry["number"]],
                socket=entry["socket"],
                asked=asked[entry["number"]],
                heard=frozenset(entry["heard"]),
            )
            for entry in said["rings"]
        ),
        doors=said["doors"],
        claims=_claims(said),
        failed=_failed(said),
    )


def heard(outcome: Outcome) -> NetworkProbe:
    """Read the outcome of `asking`: who claims each virtual IP, and which could not be asked for."""
    if not outcome.ok:
        return NetworkProbe(fault=outcome.explain().splitlines()[-1].strip(" |"))
    said = json.loads(outcome.stdout)
    return NetworkProbe(claims=_claims(said), failed=_failed(said))


def _claims(said: dict[str, Any]) -> Mapping[Address, frozenset[str]]:
    return {ip_address(address): frozenset(macs) for address, macs in said["claims"].items()}


def _failed(said: dict[str, Any]) -> Mapping[Address, str]:
    return {ip_address(address): why for address, why in said["failed"].items()}


def _plan(run: str, facts: HostFacts, cluster: Cluster, all_facts: Mapping[str, HostFacts]) -> dict[str, Any]:
    others = [node for node in cluster.nodes if node.name != facts.host and node.name in all_facts]
    return {
        "me": facts.host,
        "run": run,
        "seconds": LIMIT,
        "rings": _rings(facts, cluster, all_facts),
        "tcp": {
            "address": str(cluster.node(facts.host).addresses[0]),
            "port": PCSD_PORT,
            "peers": {node.name: str(node.addresses[0]) for node in others},
        },
        "vips": _vips(facts, cluster.services),
    }


def _vips(facts: HostFacts, services: Iterable[Service]) -> list[dict[str, str]]:
    return [
        {"address": str(service.vip.interface.ip), "nic": nic.name}
        for service in services
        if service.vip and (nic := facts.nic(service.vip.interface.ip)) and nic.mac
    ]


def _rings(facts: HostFacts, cluster: Cluster, all_facts: Mapping[str, HostFacts]) -> list[dict[str, Any]]:
    if facts.running_cluster:
        return []
    peers = [
        node
        for node in cluster.nodes
        if node.name != facts.host and node.name in all_facts and not all_facts[node.name].running_cluster
    ]
    return [
        {
            "number": ring.number,
            "address": str(address),
            "port": ring.mcastport,
            "peers": {peer.name: str(peer.addresses[index]) for peer in peers},
        }
        for index, (ring, address) in enumerate(zip(cluster.rings, cluster.node(facts.host).addresses, strict=False))
    ]
