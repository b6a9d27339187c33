"""A plan as people read it: stages, steps and their reasons, the same step on several hosts in one line."""

from __future__ import annotations

import click

from hakit.plan.step import Stage


def show(stages: tuple[Stage, ...]) -> None:
    """Print the plan to stderr."""
    click.echo("To do:", err=True)
    for stage in stages:
        click.secho(f"  {stage.title}", bold=True, err=True)
        hosts: dict[tuple[str, str, bool], list[str]] = {}
        for step in stage.steps:
            hosts.setdefault((step.title, step.why, step.final), []).append(step.host)
        for (title, why, final), names in hosts.items():
            last = click.style(" (can't be undone)", fg="red") if final else ""
            click.echo(f"    {title} [{', '.join(names)}]: {why}{last}", err=True)
