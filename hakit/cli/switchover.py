"""`hakit switchover`: move a service by wish."""

from __future__ import annotations

from pathlib import Path

import click

from hakit.apply import switchover as engine
from hakit.cli.arguments import spec_option, ssh_config_option, tool_option
from hakit.cli.door import door, driven
from hakit.cli.progress import Bars
from hakit.core import SystemClock


@click.command()
@click.argument("service")
@click.option("--to", "target", metavar="NODE", help="Where to; by default the next node that can take it.")
@spec_option
@tool_option
@ssh_config_option
def switchover(service: str, *, target: str | None, spec: Path, ssh_config: Path | None) -> None:
    """Move a service to another node, and wait until it serves there.

    The constraint by which it is moved is taken back in any case, also when the move fails.
    """
    cluster = driven(spec)
    with Bars() as bars:
        moved = engine.switchover(
            cluster, door(cluster, ssh_config), service, target, clock=SystemClock(), listener=bars
        )
    if moved.move.source == moved.move.target:
        click.echo(f"{service} is on {moved.move.target} already")
    else:
        click.echo(f"{service} went from {moved.move.source} to {moved.move.target} in {moved.seconds:.1f} s")
