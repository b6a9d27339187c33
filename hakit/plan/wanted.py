"""What is wanted, down to the bytes: the cluster with its files, keys and tokens."""

from __future__ import annotations

import dataclasses
import importlib.resources
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from hakit import render
from hakit.core import Secret
from hakit.model import Cluster, Service, VipAgent, alert
from hakit.observe import node
from hakit.observe.host.facts import HostFacts
from hakit.render import advance


@dataclass(frozen=True, slots=True)
class Material:
    """Secrets: the keys as latin-1 text, pcs' token as hexadecimal digits."""

    corosync_key: Secret
    pacemaker_key: Secret
    token: Secret


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cluster, with its VIPs' interfaces filled in, and what its nodes get; `agents` are those that it needs, by path."""

    cluster: Cluster
    corosync_conf: str
    cib: str
    agents: Mapping[str, str]
    material: Material
    alert_agent: str = ""
    watch_unit: str = ""


def wanted(cluster: Cluster, hosts: Mapping[str, HostFacts], material: Material) -> Wanted:
    """Fill in what only the hosts know, and render."""
    full = with_nics(cluster, hosts)
    return Wanted(
        full,
        render.corosync_conf(full),
        render.cib(full),
        {path: _carried(PurePosixPath(path).name) for path in _needed(full)},
        material,
        _carried("alert"),
        _carried(alert.WATCH),
    )


def _needed(cluster: Cluster) -> Iterator[str]:
    yield node.AGENT
    if cluster.guard:
        yield node.GUARD
    if any(service.vip and service.vip.agent is VipAgent.OURS for service in cluster.services):
        yield node.VIP
    if any(service.volume for service in cluster.services):
        yield node.MOUNT
    if advance.device(cluster):
        yield node.FENCE_AGENT


def _carried(name: str) -> str:
    return importlib.resources.files("hakit.agents").joinpath(name).read_text("utf-8")


def with_nics(cluster: Cluster, hosts: Mapping[str, HostFacts]) -> Cluster:
    """Give each VIP the interface that faces its network, where all nodes call it by the same name.

    IPaddr2 can guess the interface, but the guess has had bugs (resource-agents#1726, #1963). Where the names
    differ between nodes, one name for all would be wrong, and the guess stays.
    """
    return dataclasses.replace(cluster, services=tuple(_with_nic(service, hosts) for service in cluster.services))


def _with_nic(service: Service, hosts: Mapping[str, HostFacts]) -> Service:
    if service.vip is None or service.vip.nic is not None:
        return service
    names = {nic.name if (nic := host.nic(service.vip.interface.ip)) else None for host in hosts.values()}
    if len(names) != 1 or None in names:
        return service
    return dataclasses.replace(service, vip=dataclasses.replace(service.vip, nic=names.pop()))
