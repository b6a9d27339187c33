"""`hakit history`: what was changed on the cluster, when and by whom, and what came of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import click

from hakit import spec as specs
from hakit.apply import journal
from hakit.cli.arguments import json_option, spec_argument, ssh_config_option
from hakit.cli.door import door
from hakit.core import HakitError, Runner
from hakit.observe.journal import Entry, Journal, Result

_COLOURS = {Result.DONE: "green", Result.STARTED: "yellow", Result.FAILED: "red", Result.ROLLED_BACK: "red"}


@click.command()
@spec_argument
@click.option(
    "--show", metavar="NAME", help="Print the spec that was in force before this change; `now`: the one in force."
)
@json_option
@ssh_config_option
def history(spec: Path, *, show: str | None, as_json: bool, ssh_config: Path | None) -> None:
    """List the changes of the cluster: when, by whom, what, and with which result.

    Its nodes keep the list, so it is the same from wherever one asks. Times are in UTC. `↩` marks those that can be rolled
    back.
    """
    cluster = specs.read(spec)
    runner = door(cluster, ssh_config)
    names = tuple(node.name for node in cluster.nodes)
    whole = journal.read(names, runner)
    if show is not None:
        click.echo(shown(whole, names, runner, show), nl=False)
    elif as_json:
        click.echo(json.dumps(plain(whole), indent=2, ensure_ascii=False))
    elif not whole.entries:
        click.echo("nothing was noted yet")
    else:
        for line in lines(whole):
            click.echo(line)


def lines(whole: Journal) -> Iterator[str]:
    """Give the list in lines, the newest change last."""
    kept = {entry.name for entry in whole.checkpoints}
    for entry in whole.entries:
        result = click.style(entry.result.value, fg=_COLOURS[entry.result])
        mark = "↩" if entry.name in kept else " "
        yield f"{mark} {click.style(entry.name, bold=True)}  {_when(entry)}  {entry.by}  {entry.kind}: {result}"
        yield from (f"    {line}" for line in (*entry.lines, *entry.outages, *entry.note.splitlines()))


def _when(entry: Entry) -> str:
    return entry.begun.replace("T", " ").removesuffix("Z")


def shown(whole: Journal, names: tuple[str, ...], runner: Runner, name: str) -> str:
    """Return the text of the spec from before a change, or of the one in force. Raises HakitError."""
    if name == "now":
        if not whole.spec:
            raise HakitError("nobody noted the spec that is in force", hint="hakit import writes one")
        return whole.spec
    found = next((entry for entry in whole.checkpoints if entry.name == name), None)
    if found is None:
        raise HakitError(f"there is no checkpoint {name}", hint="hakit history marks those that there are with ↩")
    return journal.checkpoint(names, runner, found).spec


def plain(whole: Journal) -> dict[str, object]:
    """Give the history as plain data; its shape stands in the manual (docs/applying.md)."""
    kept = {entry.name for entry in whole.checkpoints}
    return {
        "in_force_since": whole.since,
        "changes": [{**entry_plain(entry), "checkpoint": entry.name in kept} for entry in whole.entries],
    }


def entry_plain(entry: Entry) -> dict[str, object]:
    """Give one change of the history as plain data."""
    return dataclasses.asdict(entry)
