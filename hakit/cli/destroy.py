"""`hakit destroy`: take the cluster apart."""

from __future__ import annotations

from pathlib import Path

import click

from hakit.apply import destroy as engine
from hakit.cli import plans
from hakit.cli.arguments import spec_argument, ssh_config_option, tool_option, yes_option
from hakit.cli.door import door, driven
from hakit.cli.progress import Bars
from hakit.plan.step import Stage


@click.command()
@spec_argument
@yes_option
@tool_option
@ssh_config_option
def destroy(spec: Path, *, yes: bool, ssh_config: Path | None) -> None:
    """Take the cluster apart and leave the hosts as they were before bootstrap.

    Its services stop. Units that ran or started at boot before do so again; the cluster itself can't be brought back
    but by another bootstrap.
    """
    cluster = driven(spec)

    def agree(stages: tuple[Stage, ...]) -> bool:
        plans.show(stages)
        return yes or click.confirm(f"Take {cluster.name} apart?", err=True)

    with Bars() as bars:
        done = engine.destroy(cluster, door(cluster, ssh_config), listener=bars, agree=agree)
    click.echo(
        f"{cluster.name} is gone; the hosts are as they were" if done else f"there is no {cluster.name} on these hosts"
    )
