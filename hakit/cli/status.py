"""`hakit status`: how the cluster is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit import spec as spec_
from hakit.apply import status as engine
from hakit.cli import tree
from hakit.cli.arguments import json_option, spec_argument, ssh_config_option
from hakit.cli.door import door
from hakit.core import ExitCode


@click.command()
@spec_argument
@json_option
@ssh_config_option
def status(spec: Path, *, as_json: bool, ssh_config: Path | None) -> int:
    """Show services, nodes, rings and quorum, with warnings in plain words.

    Exit code 0: all is as declared; 1: something is degraded.
    """
    cluster = spec_.read(spec)
    found = engine.status(cluster, door(cluster, ssh_config))
    if as_json:
        click.echo(json.dumps(engine.plain(found), indent=2))
    else:
        tree.show(found.seen, found.missing, found.findings)
    return ExitCode.DECLARED if found.healthy else ExitCode.DIFFERENT
