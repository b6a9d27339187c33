"""`hakit bootstrap`: the wanted cluster, from bare or half-made hosts."""

from __future__ import annotations

from pathlib import Path

import click

from hakit.apply import verify
from hakit.apply.bootstrap import Result
from hakit.apply.bootstrap import bootstrap as engine
from hakit.cli import findings, plans, tree
from hakit.cli.arguments import spec_argument, ssh_config_option, tool_option, yes_option
from hakit.cli.door import asked, door, driven
from hakit.cli.progress import Bars
from hakit.core import ExitCode, Finding, Severity, SystemClock
from hakit.plan.step import Stage


@click.command()
@spec_argument
@yes_option
@click.option("--replace", is_flag=True, help="Destroy another cluster that the hosts belong to. Can't be undone.")
@tool_option
@ssh_config_option
def bootstrap(spec: Path, *, yes: bool, replace: bool, ssh_config: Path | None) -> int:
    """Make bare hosts, or a half-made cluster, what the spec file says.

    Looks at every node first, shows what is missing and asks; then does it and proves that it works. Given again
    it does only what is still missing. `hakit destroy` undoes it.
    """
    cluster = driven(spec)
    bars = Bars()

    def agree(stages: tuple[Stage, ...], found: tuple[Finding, ...]) -> bool:
        for line in findings.lines([each for each in found if each.severity is Severity.WARNING]):
            click.echo(line, err=True)
        plans.show(stages)
        return yes or click.confirm("Do this?", err=True)

    runner = door(cluster, ssh_config)
    result = engine(
        cluster, runner, clock=SystemClock(), listener=bars, agree=agree, replace=replace,
        ask=asked, text=spec.read_text("utf-8"),
    )  # fmt: skip
    return _tell(result)


def _tell(result: Result) -> int:
    click.echo("verified: it runs as declared" if result.changed else "nothing to do: it runs as declared", err=True)
    tree.show(result.seen, {}, result.findings)
    return ExitCode.HOST if verify.errors(result.findings) else ExitCode.DECLARED
