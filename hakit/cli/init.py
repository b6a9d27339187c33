"""`hakit init`: a short dialogue that looks at the hosts and writes their first spec file."""

from __future__ import annotations

from pathlib import Path

import click

from hakit import spec
from hakit.apply import init as engine
from hakit.author.hosts import answers
from hakit.cli.arguments import DEFAULT_SPEC, ssh_config_option, yes_option
from hakit.cli.dialogue import Asker, Prompt, Said, dialogue
from hakit.core import ExitCode, HakitError
from hakit.run.hosts import Hosts
from hakit.run.whereabouts import hostname


@click.command()
@click.argument("hosts", nargs=-1, metavar="[HOST]...")
@click.option(
    "--ring", "rings", multiple=True, metavar="NETWORK", help="A ring's network, ring 0 first; once per ring."
)
@click.option("--unit", metavar="UNIT", help="The systemd service to protect.")
@click.option("--vip", metavar="ADDRESS", help="The virtual IP that clients use, or none.")
@click.option("--probe", metavar="PORT|URL|PATH|none", help="How to find out whether the service answers.")
@click.option("--no-fencing", "reason", metavar="REASON", help="The decision to do without fencing, and why.")
@click.option("--name", metavar="NAME", help="The cluster's name.")
@click.option(
    "--output", "-o", metavar="FILE", default=DEFAULT_SPEC, show_default=True,
    type=click.Path(dir_okay=False, path_type=Path), help="Where to write; a file that is there is never touched.",
)  # fmt: skip
@yes_option
@ssh_config_option
def init(  # noqa: PLR0913 - one parameter per option
    hosts: tuple[str, ...],
    *,
    rings: tuple[str, ...],
    unit: str | None,
    vip: str | None,
    probe: str | None,
    reason: str | None,
    name: str | None,
    output: Path,
    yes: bool,
    ssh_config: Path | None,
) -> int:
    """Look at hosts and write their first spec file, with comments, in a short dialogue.

    What is said by an option isn't asked. With --yes nothing is asked: what can be guessed is, and what can't (the
    decision about fencing, the virtual IP, the service) must be said. Changes nothing on the hosts.
    """
    if output.exists():
        raise HakitError(f"{output} exists, and init writes over nothing", hint="--output FILE", code=ExitCode.USAGE)
    here = hostname()
    names = hosts or _ask_hosts(here, quiet=yes)
    runner = Hosts(ssh_config=ssh_config, local=[each for each in names if each == here])
    seen = engine.survey(names, runner)
    said = Said(rings, unit, vip, probe, reason, name, quiet=yes)
    text = answers.written(seen, dialogue(said, seen, runner))
    return _finish(text, output)


def _ask_hosts(here: str, *, quiet: bool) -> tuple[str, ...]:
    return tuple(Asker(quiet=quiet).text(Prompt("Which hosts? (names, with blanks between)", "HOST", here)).split())


def _finish(text: str, output: Path) -> int:
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise HakitError(f"cannot write {output}: {error.strerror}", code=ExitCode.USAGE) from error
    cluster, faults = spec.check(output)
    for fault in faults:
        click.echo(fault.line())
    if cluster is None:
        click.echo(f"{output} is written, and has faults: correct them, then hakit check {output}", err=True)
        return ExitCode.SPEC
    click.echo(f"{output}: no faults; next: hakit preflight {output}", err=True)
    return ExitCode.DECLARED
