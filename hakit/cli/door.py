"""The way from a command's options to the hosts."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from hakit import spec as specs
from hakit.apply import secrets
from hakit.cli.arguments import TOOL
from hakit.core import ExitCode, HakitError, Secret
from hakit.model import Cluster, Device
from hakit.run.hosts import Hosts
from hakit.run.whereabouts import local_nodes

# Seconds for a trip of who asks every second: a host that dies is to cost its own thread little.
_QUICK = 5.0


def driven(spec: Path) -> Cluster:
    """Read the spec, and let the cluster be driven with what --tool says. Raises HakitError."""
    tool = click.get_current_context().meta[TOOL]
    return replace(read(spec), tool=tool)


def read(spec: Path) -> Cluster:
    """Read the spec, and the secrets that stand in files beside it, as far as they can be read. Raises HakitError."""
    return secrets.read(specs.read(spec), spec.parent)


def asked(device: Device, parameter: str) -> Secret:
    """Ask the person for a secret of a fencing device. Raises HakitError when there is nobody."""
    if not sys.stdin.isatty():
        raise HakitError(
            f"the {parameter} of the fencing device {device.name} is not known, and there is nobody to ask",
            hint=f"in the spec: secrets: {{ {parameter}: {{ file: PATH }} }}",
            code=ExitCode.USAGE,
        )
    return Secret(click.prompt(f"{parameter} of the fencing device {device.name}", hide_input=True, err=True))


def door(cluster: Cluster, ssh_config: Path | None) -> Hosts:
    """Open the door to the cluster's nodes: over ssh, but directly to the node that this machine is itself."""
    return Hosts(ssh_config=ssh_config, local=local_nodes(cluster))


def quick_door(cluster: Cluster, ssh_config: Path | None) -> Hosts:
    """Open a door that waits for a host a few seconds only, for those who ask again anyway."""
    return Hosts(ssh_config=ssh_config, local=local_nodes(cluster), trip=_QUICK)
