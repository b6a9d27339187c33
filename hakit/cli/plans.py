"""A plan as people read it: stages, steps and their reasons, the same step on several hosts in one line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hakit.plan.step import Stage


def show(stages: tuple[Stage, ...]) -> None:
    """Print the plan to stderr."""
    click.echo("To do:", err=True)
    for line in lines(stages):
        click.echo(f"  {line}", err=True)


def lines(stages: tuple[Stage, ...]) -> Iterator[str]:
    """Give the plan in lines."""
    for stage in stages:
        yield click.style(stage.title, bold=True)
        hosts: dict[tuple[str, str, bool], list[str]] = {}
        for step in stage.steps:
            hosts.setdefault((step.title, step.why, step.final), []).append(step.host)
        for (title, why, final), names in hosts.items():
            last = click.style(" (can't be undone)", fg="red") if final else ""
            yield f"  {title} [{', '.join(names)}]: {why}{last}"
