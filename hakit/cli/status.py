"""`hakit status`: how the cluster is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.apply import status as engine
from hakit.cli import tree
from hakit.cli import watch as view
from hakit.cli.arguments import json_option, spec_argument, ssh_config_option
from hakit.cli.door import door, read
from hakit.core import ExitCode


@click.command()
@spec_argument
@click.option("--watch", is_flag=True, help="Keep looking, and show what changes, until Ctrl-C.")
@json_option
@ssh_config_option
def status(spec: Path, *, watch: bool, as_json: bool, ssh_config: Path | None) -> int:
    """Show services, nodes, rings and quorum, with warnings in plain words.

    Exit code 0: all is as declared; 1: something is degraded.
    """
    if watch and as_json:
        raise click.UsageError("--watch is for people; for programs: hakit events --json")
    cluster = read(spec)
    if watch:
        view.watch(cluster, ssh_config)
        return ExitCode.DECLARED
    found = engine.status(cluster, door(cluster, ssh_config))
    if as_json:
        click.echo(json.dumps(engine.plain(found), indent=2))
    else:
        tree.show(found.seen, found.missing, found.findings)
    return ExitCode.DECLARED if found.healthy else ExitCode.DIFFERENT
