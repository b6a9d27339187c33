"""`hakit volume`: how the two sides of a volume stand, joined again, and a split brain ended."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.apply.operating import volume as engine
from hakit.cli import completing, operating
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option, yes_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars
from hakit.core import ExitCode, HakitError
from hakit.model import Service
from hakit.observe.drbd import Side
from hakit.plan.health import volumes
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.volume import resolving, sight


@click.group()
def volume() -> None:
    """Tell how the two sides of a volume stand, join them again, and end a split brain."""


@volume.command()
@click.argument("service", required=False, shell_complete=completing.services)
@json_option
@spec_option
@tool_option
@ssh_config_option
def status(service: str | None, *, as_json: bool, spec: Path, ssh_config: Path | None) -> int:
    """Tell of SERVICE's volume, or of each, how both sides stand, what the standby lacks, and how long a synchronization takes.

    Exit code 0: all are alike; 1: some aren't.
    """
    cluster = driven(spec)
    having = [each for each in cluster.services if each.volume]
    if not having:
        raise HakitError("no service of the spec has a volume")
    if service is not None:
        having = [resolving.chosen(cluster, service)[0]]
    with Bars() as bars:
        seen = engine.standing(cluster, operating.means(cluster, ssh_config, bars))
    sides = {each.name: sight.sides(seen, each.volume) for each in having if each.volume}
    if as_json:
        click.echo(json.dumps({name: sight.plain(each) for name, each in sides.items()}, indent=2))
    for each in having if not as_json else ():
        _tell(seen, each)
    return ExitCode.DECLARED if all(map(sight.whole, sides.values())) else ExitCode.DIFFERENT


@volume.command()
@click.argument("service", shell_complete=completing.services)
@json_option
@spec_option
@tool_option
@ssh_config_option
def resync(service: str, *, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Let the sides of SERVICE's volume find each other again, and wait until the standby has everything.

    A side that has lost its device gets the one that is at its path now: the one it had, or a new blank one, which is filled
    from the other side. Neither side drops anything of its own: where both were written to, it says so.
    """
    cluster = driven(spec)
    with Bars() as bars:
        did = engine.resync(cluster, operating.means(cluster, ssh_config, bars), service)
    operating.tell(did, done=f"both sides of {service} are alike", already="both are alike already", as_json=as_json)


@volume.command()
@click.argument("service", shell_complete=completing.services)
@click.option(
    "--keep", required=True, metavar="NODE", help="The node whose data stay.", shell_complete=completing.nodes
)
@click.option("--no-copy", is_flag=True, help="Lay no copy of the dropped side aside first.")
@yes_option
@json_option
@spec_option
@tool_option
@ssh_config_option
def resolve(  # noqa: PLR0913 - one per option
    service: str, *, keep: str, no_copy: bool, yes: bool, as_json: bool, spec: Path, ssh_config: Path | None
) -> None:
    """End a split brain: keep NODE's side of SERVICE's volume, and drop what the other alone has.

    Shows both sides and asks. A copy of all that lies on the dropped side is laid aside on its node first, under
    /var/lib/hakit/dropped; what was dropped can't be brought back otherwise.
    """
    cluster = driven(spec)

    def agree(seen: Seen, stages: tuple[Stage, ...]) -> bool:
        if not as_json:
            _tell(seen, cluster.service(service))
            for step in (step for each in stages for step in each.steps):
                click.echo(f"  {step.host}: {step.title} ({step.why})", err=True)
        return yes or (not as_json and click.confirm("Do it?", err=True))

    with Bars() as bars:
        means = operating.means(cluster, ssh_config, bars)
        did = engine.resolve(cluster, means, service, keep, copy=not no_copy, agree=agree)
    kept = "" if no_copy else f"; a copy of the other side lies there under {resolving.DROPPED}"
    operating.tell(did, done=f"{service} goes on with the data of {keep}{kept}", already="", as_json=as_json)


def _tell(seen: Seen, service: Service) -> None:
    sides = sight.sides(seen, service.volume) if service.volume else {}
    click.echo(f"{service.name}: {service.volume.device if service.volume else ''}")
    for node in seen.cluster.nodes:
        side = sides.get(node.name)
        said = "down, or the node does not answer" if side is None else _words(side, sight.disk(sides, node.name))
        click.echo(f"  {node.name}: {said}")


def _words(side: Side, disk: str) -> str:
    pace = volumes.progress(side)
    lacks = f", {side.out_of_sync / 1024:.1f} MiB not replicated" if side.out_of_sync and not pace else ""
    return f"{side.role.lower()}, {disk}, {side.connection}{f', {pace}' if pace else lacks}"
