"""`hakit maintenance`: Pacemaker keeps its hands off, for a while."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from hakit.apply.operating import maintenance as engine
from hakit.apply.operating.reins import Did
from hakit.cli import operating
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars
from hakit.cli.span import Span
from hakit.observe.maintenance import Mark
from hakit.run.oneself import who


@click.command()
@click.argument("what", type=click.Choice(["on", "off"]))
@click.option("--for", "lasting", type=Span(), metavar="SPAN", help="End it by itself after so long: 2h, 90m, 1d12h.")
@json_option
@spec_option
@tool_option
@ssh_config_option
def maintenance(what: str, *, lasting: timedelta | None, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Let the cluster keep its hands off everything, or act again.

    Services stay as they are, but nothing is watched, started or moved. With --for it ends by itself, to the second and
    whatever happens to hakit or to single nodes; without, `hakit status` reminds of it until somebody ends it.
    """
    if lasting and what == "off":
        raise click.UsageError("--for goes with on: `off` ends it now")
    cluster = driven(spec)
    with Bars() as bars:
        means = operating.means(cluster, ssh_config, bars)
        begun = engine.on(cluster, means, by=who(), lasting=lasting) if what == "on" else None
        ended = engine.off(cluster, means) if what == "off" else None
    if ended:
        operating.tell(ended, done="maintenance is off", already="maintenance is off already", as_json=as_json)
    if begun:
        _tell_begun(*begun, as_json=as_json)


def _tell_begun(did: Did, mark: Mark, *, as_json: bool) -> None:
    if as_json:
        said = {**operating.plain(did), "by": mark.by, "since": mark.since, "until": mark.until}
        click.echo(json.dumps(said, indent=2))
        return
    end = f", and ends by itself at {mark.until}" if mark.until else "; end it with: hakit maintenance off"
    click.echo(f"maintenance is on{'' if did.changed else ' already'}{end}")
