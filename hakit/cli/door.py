"""The way from a command's options to the hosts."""

from __future__ import annotations

from pathlib import Path

from hakit.model import Cluster
from hakit.run.hosts import Hosts
from hakit.run.whereabouts import local_nodes


def door(cluster: Cluster, ssh_config: Path | None) -> Hosts:
    """Open the door to the cluster's nodes: over ssh, but directly to the node that this machine is itself."""
    return Hosts(ssh_config=ssh_config, local=local_nodes(cluster))
