"""The way from a command's options to the hosts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from hakit import spec as specs
from hakit.cli.arguments import TOOL
from hakit.model import Cluster
from hakit.run.hosts import Hosts
from hakit.run.whereabouts import local_nodes

# Seconds for a trip of who asks every second: a host that dies is to cost its own thread little.
_QUICK = 5.0


def driven(spec: Path) -> Cluster:
    """Read the spec, and let the cluster be driven with what --tool says. Raises HakitError."""
    tool = click.get_current_context().meta[TOOL]
    return replace(specs.read(spec), tool=tool)


def door(cluster: Cluster, ssh_config: Path | None) -> Hosts:
    """Open the door to the cluster's nodes: over ssh, but directly to the node that this machine is itself."""
    return Hosts(ssh_config=ssh_config, local=local_nodes(cluster))


def quick_door(cluster: Cluster, ssh_config: Path | None) -> Hosts:
    """Open a door that waits for a host a few seconds only, for those who ask again anyway."""
    return Hosts(ssh_config=ssh_config, local=local_nodes(cluster), trip=_QUICK)
