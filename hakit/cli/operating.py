"""What the operating commands share: their means, and how they tell what came of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.apply.operating.reins import Did, Means
from hakit.cli.door import door
from hakit.cli.progress import Bars
from hakit.core import SystemClock
from hakit.model import Cluster
from hakit.plan.switchover import Move


def means(cluster: Cluster, ssh_config: Path | None, bars: Bars) -> Means:
    """Give what a verb needs of the outside."""
    return Means(door(cluster, ssh_config), SystemClock(), bars)


def tell(did: Did, *, done: str, already: str, as_json: bool) -> None:
    """Print what came of it: `done` or `already`, what went where, and what to know besides."""
    if as_json:
        click.echo(json.dumps(plain(did), indent=2))
        return
    for note in did.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(f"{done} ({did.seconds:.1f} s)" if did.changed else already)
    for move in did.moved:
        click.echo(f"  {moved(move)}")


def plain(did: Did) -> dict[str, object]:
    """Give it as plain data, for programs."""
    return {
        "changed": did.changed,
        "seconds": round(did.seconds, 3),
        "moved": [{"service": each.service, "from": each.source, "to": each.target} for each in did.moved],
        "notes": list(did.notes),
    }


def moved(move: Move) -> str:
    """Say in words what a service did."""
    if not move.target:
        return f"{move.service} stopped on {move.source}"
    return f"{move.service} {f'went from {move.source} to' if move.source else 'started on'} {move.target}"
