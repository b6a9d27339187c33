"""`hakit switchover`: move a service by wish."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from hakit.apply import switchover as engine
from hakit.apply.switchover import Moved
from hakit.cli import completing
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option
from hakit.cli.door import door, driven
from hakit.cli.progress import Bars
from hakit.core import SystemClock
from hakit.run.whereabouts import local_nodes


@click.command()
@click.argument("service", shell_complete=completing.services)
@click.option(
    "--to",
    "target",
    metavar="NODE",
    shell_complete=completing.nodes,
    help="Where to; by default the next node that can take it.",
)
@json_option
@spec_option
@tool_option
@ssh_config_option
def switchover(service: str, *, target: str | None, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Move a service to another node, and wait until it serves there.

    Meanwhile its virtual IP is asked over and over, from this machine or else from another node, and the outage is told.
    The constraint by which it is moved is taken back in any case, also when the move fails.
    """
    cluster = driven(spec)
    with Bars() as bars:
        moved = engine.switchover(
            cluster, door(cluster, ssh_config), service, target,
            clock=SystemClock(), listener=bars, here=not local_nodes(cluster),
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(_plain(moved), indent=2))
    elif moved.move.source == moved.move.target:
        click.echo(f"{service} is on {moved.move.target} already")
    else:
        click.echo(f"{service} went from {moved.move.source} to {moved.move.target} in {moved.seconds:.1f} s")
        click.echo(f"  {moved.outage.text(moved.move.target)}")


def _plain(moved: Moved) -> dict[str, object]:
    move, outage = moved.move, moved.outage
    changed = move.source != move.target
    return {
        "changed": changed,
        "seconds": round(moved.seconds, 3),
        "moved": [{"service": move.service, "from": move.source, "to": move.target}] if changed else [],
        "outage": None if outage.why_not else dataclasses.asdict(outage),
        "why_not_measured": outage.why_not,
    }
