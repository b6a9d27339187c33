"""`hakit drill`: break it on purpose, and time what the client sees."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from hakit.apply.operating.reins import Means as OperatorMeans
from hakit.cli import completing, drilling, reporting
from hakit.cli.arguments import spec_argument, ssh_config_option, tool_option, yes_option
from hakit.cli.door import door, driven
from hakit.cli.drilling import Wish
from hakit.cli.progress import Bars
from hakit.core import ExitCode, SystemClock
from hakit.drill.engine import Drill
from hakit.drill.fault import Fault
from hakit.drill.faults import every as faults
from hakit.drill.scene import Consent
from hakit.report.record import Record
from hakit.report.verdict import passed


def _names(ctx: click.Context, param: click.Parameter, value: str) -> frozenset[str]:
    del ctx, param
    return frozenset(name.strip() for name in value.split(",") if name.strip())


@click.command()
@spec_argument
@click.option("--only", metavar="FAULT,…", default="", callback=_names, help="Do only these.")
@click.option("--list", "as_list", is_flag=True, help="Say what each fault does and what is expected; break nothing.")
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="Do each so often, in turn.")
@click.option(
    "--service",
    metavar="SERVICE",
    default="",
    shell_complete=completing.services,
    help="Which service.  [default: the first with a virtual IP]",
)
@click.option(
    "--client", metavar="HOST", default="", help="Ask from there, by ssh.  [default: the lab's client, or here]"
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Ask there.  [default: the probe's, or where the unit listens]"
)
@click.option("--url", default="", help="Ask for this page, by the service as a proxy unless the URL names the VIP.")
@click.option(
    "--every", type=click.IntRange(10, 1000), default=50, show_default=True, metavar="MS", help="Ask so often."
)
@click.option("--patience", type=click.FloatRange(1), metavar="S", help="Heal after so long without an answer.")
@click.option("--allow-split-brain", is_flag=True, help="In a lab without fencing: also what runs a service twice.")
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the report goes.  [default: drill-DATE-TIME]",
)
@yes_option
@tool_option
@ssh_config_option
def drill(  # noqa: PLR0913 - the options of the command
    spec: Path,
    *,
    only: frozenset[str],
    as_list: bool,
    repeat: int,
    service: str,
    client: str,
    port: int | None,
    url: str,
    every: int,
    patience: float | None,
    allow_split_brain: bool,
    output: Path | None,
    yes: bool,
    ssh_config: Path | None,
) -> int:
    """Break the cluster on purpose, one fault after the other, and time what a client sees.

    A client asks the service through its virtual IP all the while. Each fault is announced with what is expected of it, done,
    healed (also on Ctrl-C) and audited; at the end the service is back where it was. The report goes into a folder: JSON
    Lines, JUnit, and a page with a timeline of each fault.
    """
    chosen = faults.chosen(only)
    cluster = driven(spec)
    wish = Wish(service, client, port, url, every / 1000, patience, Consent(only, split_brain=allow_split_brain))
    with _interruptible(), Bars() as bars:
        means = OperatorMeans(door(cluster, ssh_config), SystemClock(), bars)
        staged = drilling.staged(cluster, means, wish, ssh_config)
        plan = staged.drill.plan(chosen)
        click.echo(reporting.plan(plan), nl=False)
        if as_list:
            return ExitCode.DECLARED
        if not yes:
            click.confirm(f"Break {cluster.name} so, {repeat} time{'s'[: repeat > 1]} each?", abort=True, err=True)
        folder = output or Path(f"drill-{time.strftime('%Y%m%d-%H%M%S')}")
        record = _run(staged.drill, chosen * repeat, reporting.Keeper(folder, staged.record))
    click.echo(f"report: {folder / 'report.html'}")
    return ExitCode.DECLARED if passed(record) else ExitCode.DIFFERENT


def _run(drill: Drill, chosen: Sequence[Fault], keeper: reporting.Keeper) -> Record:
    """Do them one by one, telling and keeping what came of each; what was kept is there whatever happens."""
    with keeper, drill:
        for fault in chosen:
            trial = drill.trial(fault)
            keeper.keep(trial)
            click.echo(reporting.result(trial, keeper.record.every))
    return keeper.record


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM heal what is broken, as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
