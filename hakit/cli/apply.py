"""`hakit apply` and `hakit rollback`: a cluster made what a spec says, of now or of before, with a way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from hakit import spec as specs
from hakit.apply import change as engine
from hakit.apply.change import Done, Order
from hakit.apply.foresight import Foresight
from hakit.apply.operating.reins import Means
from hakit.cli import findings, tree
from hakit.cli import plan as plans
from hakit.cli.arguments import spec_argument, spec_option, ssh_config_option, tool_option, yes_option
from hakit.cli.door import asked, door, driven
from hakit.cli.progress import Bars
from hakit.cli.telling import Lines
from hakit.core import ExitCode, Finding, HakitError, Severity, SystemClock
from hakit.observe.journal import Kind
from hakit.run.whereabouts import local_nodes

_json = click.option(
    "--json", "as_json", is_flag=True, help="Print what happens as lines of JSON as it happens, the last the result."
)
_foreign = click.option(
    "--remove-foreign",
    is_flag=True,
    help="Remove resources and constraints that somebody made by hand; else they are a reason to refuse.",
)

_SAME = (
    "the spec before it is the one in force: what it undid on the cluster, or took over from another version of hakit,"
    " does not come back by this"
)


@click.command()
@spec_argument
@yes_option
@_foreign
@_json
@tool_option
@ssh_config_option
def apply(spec: Path, *, yes: bool, remove_foreign: bool, as_json: bool, ssh_config: Path | None) -> int:
    """Make a running cluster what the spec file says, and go back by itself when it does not serve then.

    Shows the same as `hakit plan` and asks. Takes a checkpoint on every node, does the steps, waits until the cluster has
    come to rest and verifies it as bootstrap does; meanwhile services are asked as clients would, and the outage is told.
    Stopped at any point, the same command goes on from there. Nobody else can apply at the same time.
    """
    cluster = driven(spec)
    order = Order(
        Kind.APPLY, cluster, spec.read_text("utf-8"), foreign=remove_foreign, here=not local_nodes(cluster)
    )  # fmt: skip
    with Bars() as bars, _teller(bars, as_json=as_json) as teller:
        means = Means(door(cluster, ssh_config), SystemClock(), teller or bars)
        return _changed(order, means, teller, yes=yes)


@click.command()
@click.argument("name", required=False)
@yes_option
@_foreign
@_json
@spec_option
@tool_option
@ssh_config_option
def rollback(  # noqa: PLR0913 - one per option
    name: str | None, *, yes: bool, remove_foreign: bool, as_json: bool, spec: Path, ssh_config: Path | None
) -> int:
    """Undo a change: make the cluster again what it was before it, by default before the last one.

    NAME is the change to go back behind, as `hakit history` lists it. A rollback is planned, shown, verified and noted
    like any other change, so another rollback undoes it. The spec file here stays as it is: `hakit history --show` prints
    the one in force.
    """
    here = driven(spec)
    with Bars() as bars, _teller(bars, as_json=as_json) as teller:
        means = Means(door(here, ssh_config), SystemClock(), teller or bars)
        back = engine.rolling((node.name for node in here.nodes), means, name)
        entry, text = back.entry, back.text
        cluster, faults = specs.check_text(text, f"the spec before {entry.name}")
        if cluster is None:
            raise HakitError("\n".join(map(str, faults)), code=ExitCode.SPEC)
        click.echo(f"back to what was in force before {entry.name} ({entry.kind} by {entry.by})", err=True)
        if back.same:
            click.echo(_SAME, err=True)
        order = Order(
            Kind.ROLLBACK, replace(cluster, tool=here.tool), text, foreign=remove_foreign, here=not local_nodes(cluster)
        )
        return _changed(order, means, teller, yes=yes)


@contextmanager
def _teller(bars: Bars, *, as_json: bool) -> Iterator[Lines | None]:
    """Give what tells programs; it hears of a failure as well."""
    if not as_json:
        yield None
        return
    lines = Lines(bars)
    try:
        yield lines
    except HakitError as error:
        lines.failed(error)
        raise


def _changed(order: Order, means: Means, teller: Lines | None, *, yes: bool) -> int:
    def agree(foreseen: Foresight, found: tuple[Finding, ...], stuck: str) -> bool:
        if teller:
            teller.planned(foreseen, found)
        return _agreed(foreseen, found, stuck, yes=yes)

    done = engine.change(order, means, agree=agree, ask=asked)
    if teller:
        teller.done(done)
        return ExitCode.DECLARED
    return _tell(done)


def _agreed(foreseen: Foresight, found: Sequence[Finding], stuck: str, *, yes: bool) -> bool:
    for line in findings.lines([each for each in found if each.severity is Severity.WARNING]):
        click.echo(line, err=True)
    for line in plans.lines(foreseen):
        click.echo(line, err=True)
    if stuck:
        click.echo(f"There is no way back by itself: {stuck}.", err=True)
    return yes or click.confirm("Do this?", err=True)


def _tell(done: Done) -> int:
    if done.entry is None:
        click.echo("nothing to do: it runs as declared", err=True)
    else:
        click.echo(f"verified: it runs as declared ({done.entry.kind} {done.entry.name})", err=True)
    for each in done.outages:
        click.echo(each.text(), err=True)
    tree.show(done.result.seen, {}, done.result.findings)
    return ExitCode.DECLARED
