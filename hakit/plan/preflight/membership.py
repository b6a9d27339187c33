"""Whose cluster a host belongs to."""

from __future__ import annotations

from hakit.model import Cluster
from hakit.observe.host.corosync_conf import CorosyncConf
from hakit.observe.host.facts import HostFacts


def ours(cluster: Cluster, conf: CorosyncConf) -> bool:
    """Say whether the file is of this very cluster, of now or of an earlier version of the spec.

    Same name and at least one node in common; two clusters may well have one name.
    """
    if conf.cluster_name != cluster.name:
        return False
    names = {node.name for node in cluster.nodes}
    if any(member.name in names for member in conf.members):
        return True
    addresses = {str(address) for node in cluster.nodes for address in node.addresses}
    return any(addresses & set(member.addresses) for member in conf.members)


def other(cluster: Cluster, fact: HostFacts) -> CorosyncConf | None:
    """Return the other cluster that the host belongs to; a fresh Debian's one-node file is none."""
    conf = fact.corosync
    return conf if conf and not conf.stock and not ours(cluster, conf) else None


def running_ours(cluster: Cluster, fact: HostFacts) -> bool:
    """Say whether the host is a running member of this cluster."""
    conf = fact.running_cluster
    return conf is not None and ours(cluster, conf)
