"""`hakit events`: what happens, in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from hakit import spec as spec_
from hakit.apply.watching import Watch
from hakit.cli.arguments import json_option, spec_argument, ssh_config_option
from hakit.cli.door import quick_door
from hakit.cli.span import Span
from hakit.core import ExitCode, HakitError
from hakit.model import Cluster
from hakit.plan import events as plan
from hakit.plan.events import Happening, Sight, Story


@click.command()
@spec_argument
@click.option(
    "--since", type=Span(), metavar="SPAN", help="Begin with what Pacemaker remembers of so long: 2h, 90m, 1d."
)
@click.option("--no-follow", is_flag=True, help="End once that is told, in place of going on with what happens.")
@json_option
@ssh_config_option
def events(spec: Path, *, since: timedelta | None, no_follow: bool, as_json: bool, ssh_config: Path | None) -> int:
    """Tell in words what happens to services, nodes and rings, until Ctrl-C.

    With --since, begin with what the cluster remembers: of each operation its last run, failures that were not
    cleaned up, and fencings. Times are in UTC. --json gives one object a line.
    """
    cluster = spec_.read(spec)
    try:
        with Watch(cluster, quick_door(cluster, ssh_config)) as watch:
            _tell_all(cluster, watch, since, follow=not no_follow, as_json=as_json)
    except KeyboardInterrupt:
        click.echo(err=True)
    return ExitCode.DECLARED


def _tell_all(cluster: Cluster, watch: Watch, since: timedelta | None, *, follow: bool, as_json: bool) -> None:
    story = Story()
    for sight in watch.sights():
        if story.sight is None:
            _insist(sight)
            for each in _past(cluster, sight, since):
                tell(each, as_json=as_json)
            if not follow:
                return
        story, told = plan.follow(cluster, story, sight)
        for each in told:
            tell(each, as_json=as_json)


def _past(cluster: Cluster, sight: Sight, since: timedelta | None) -> tuple[Happening, ...]:
    if since is None or sight.state is None:
        return ()
    return plan.remembered(cluster, sight.state, datetime.now(UTC) - since)


def _insist(sight: Sight) -> None:
    """Refuse to follow a cluster of which nobody answers at the beginning: that is a wrong address, not an event."""
    if not sight.links and sight.missing:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in sight.missing.items())
        raise HakitError(f"none of the nodes answers: {reasons}", hint="hakit status")


def tell(happening: Happening, *, as_json: bool = False) -> None:
    """Print one happening as a line."""
    if as_json:
        click.echo(json.dumps(plain(happening)))
    else:
        click.echo(f"{happening.when:%Y-%m-%d %H:%M:%S}  {happening.text}")


def plain(happening: Happening) -> dict[str, str]:
    """Give a happening as plain data."""
    return {
        "when": f"{happening.when:%Y-%m-%dT%H:%M:%S}Z",
        "kind": happening.kind.value,
        "subject": happening.subject,
        "node": happening.node,
        "text": happening.text,
    }
