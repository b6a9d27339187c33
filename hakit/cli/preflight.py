"""`hakit preflight`: what would be in the way, with a remedy each."""

from __future__ import annotations

from pathlib import Path

import click

from hakit.apply.preflight import preflight as look_and_judge
from hakit.cli import findings
from hakit.cli.arguments import json_option, spec_argument, ssh_config_option, tool_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars
from hakit.core import ExitCode
from hakit.run.hosts import Hosts
from hakit.run.whereabouts import local_nodes


@click.command()
@spec_argument
@tool_option
@ssh_config_option
@json_option
def preflight(spec: Path, ssh_config: Path | None, *, as_json: bool) -> int:
    """Look at every node and report what would be in the way; change nothing."""
    cluster = driven(spec)
    runner = Hosts(ssh_config=ssh_config, local=local_nodes(cluster))
    with Bars() as listener:
        report = look_and_judge(cluster, runner, listener)
    if as_json:
        click.echo(findings.as_json(report.findings))
    else:
        for line in findings.lines(report.findings):
            click.echo(line)
        click.echo(f"{findings.counted(report.findings)}: {_verdict(errors=len(report.errors))}")
    return ExitCode.HOST if report.errors else ExitCode.DECLARED


def _verdict(*, errors: int) -> str:
    return "bootstrap would stop here" if errors else "ready for bootstrap"
