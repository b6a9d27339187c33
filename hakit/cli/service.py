"""`hakit stop`, `hakit start` and `hakit restart`: a service out of service, in service, or anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from hakit.apply.operating import service as engine
from hakit.cli import completing, operating
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option, yes_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars


@click.command()
@click.argument("service", shell_complete=completing.services)
@yes_option
@json_option
@spec_option
@tool_option
@ssh_config_option
def stop(service: str, *, yes: bool, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Take a service out of service, and keep it so until `hakit start`.

    It stays stopped over failovers and restarts of the cluster, and bootstrap and apply leave it stopped too.
    Asks first when other services depend on it and would stop with it.
    """
    cluster = driven(spec)
    with Bars() as bars:
        agree = _asking(f"Stop {service} all the same?", "would stop with it", yes=yes)
        did = engine.stop(cluster, operating.means(cluster, ssh_config, bars), service, agree=agree)
    operating.tell(
        did, done=f"{service} is out of service", already=f"{service} is out of service already", as_json=as_json
    )


@click.command()
@click.argument("service", shell_complete=completing.services)
@json_option
@spec_option
@tool_option
@ssh_config_option
def start(service: str, *, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Put a service that was stopped back in service, and wait until it serves."""
    cluster = driven(spec)
    with Bars() as bars:
        did = engine.start(cluster, operating.means(cluster, ssh_config, bars), service)
    operating.tell(did, done=f"{service} is in service", already=f"{service} is in service already", as_json=as_json)


@click.command()
@click.argument("service", shell_complete=completing.services)
@yes_option
@json_option
@spec_option
@tool_option
@ssh_config_option
def restart(service: str, *, yes: bool, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Stop a service and start it again where it is, and wait until it serves.

    Asks first when other services depend on it and would be restarted with it.
    """
    cluster = driven(spec)
    with Bars() as bars:
        agree = _asking(f"Restart {service} all the same?", "would be restarted with it", yes=yes)
        did = engine.restart(cluster, operating.means(cluster, ssh_config, bars), service, agree=agree)
    operating.tell(did, done=f"{service} was restarted", already="", as_json=as_json)


def _asking(question: str, what: str, *, yes: bool) -> Callable[[tuple[str, ...]], bool]:
    def agree(above: tuple[str, ...]) -> bool:
        click.echo(f"{', '.join(above)} {what}: it depends on the service", err=True)
        return yes or click.confirm(question, err=True)

    return agree
