"""`hakit standby` and `hakit unstandby`: a node that runs nothing for a while."""

from __future__ import annotations

from pathlib import Path

import click

from hakit.apply.operating import standby as engine
from hakit.cli import completing, operating
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option, yes_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars
from hakit.plan.operating.places import Stranded


@click.command()
@click.argument("node", shell_complete=completing.nodes)
@yes_option
@json_option
@spec_option
@tool_option
@ssh_config_option
def standby(node: str, *, yes: bool, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Let a node run nothing, and wait until its services serve elsewhere.

    The node stays a member of the cluster and keeps its vote. Asks first when a service on it has nowhere to go and
    would stop.
    """
    cluster = driven(spec)

    def agree(alone: tuple[Stranded, ...]) -> bool:
        for each in alone:
            click.echo(f"{each.service} would stop: {each.text()}", err=True)
        return yes or click.confirm(f"Put {node} into standby all the same?", err=True)

    with Bars() as bars:
        did = engine.standby(cluster, operating.means(cluster, ssh_config, bars), node, agree=agree)
    operating.tell(did, done=f"{node} is in standby", already=f"{node} is in standby already", as_json=as_json)


@click.command()
@click.argument("node", shell_complete=completing.nodes)
@json_option
@spec_option
@tool_option
@ssh_config_option
def unstandby(node: str, *, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Let a node run services again, and wait until the cluster has come to rest.

    Nothing goes back to it by itself but a service whose spec says `switchback: automatic`.
    """
    cluster = driven(spec)
    with Bars() as bars:
        did = engine.unstandby(cluster, operating.means(cluster, ssh_config, bars), node)
    operating.tell(did, done=f"{node} takes part again", already=f"{node} is not in standby", as_json=as_json)
