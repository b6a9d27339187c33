"""`hakit render-corosync`, `hakit render-cib` and `hakit render-drbd`: what a spec file means, as the files themselves."""

from __future__ import annotations

from pathlib import Path

import click

from hakit import render
from hakit import spec as specs
from hakit.cli.arguments import spec_argument
from hakit.cli.output import output_option, write
from hakit.model.drbd import Generation


@click.command("render-corosync")
@spec_argument
@output_option
def render_corosync(spec: Path, output: Path | None) -> None:
    """Print the corosync.conf that a spec file means."""
    write(render.corosync_conf(specs.read(spec)), output)


@click.command("render-cib")
@spec_argument
@output_option
@click.option(
    "--templates",
    metavar="DIR",
    envvar="HAKIT_TEMPLATES",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look here first for templates: TAG.xml.j2 for all elements of a tag, ID.xml.j2 for one element.",
)
def render_cib(spec: Path, output: Path | None, templates: Path | None) -> None:
    """Print the CIB that a spec file means."""
    write(render.cib(specs.read(spec), templates=templates), output)


@click.command("render-drbd")
@spec_argument
@output_option
@click.option(
    "--module",
    type=click.Choice([each.value for each in Generation]),
    default=Generation.EIGHT.value,
    show_default=True,
    help="The generation of DRBD's kernel module on the nodes: `modinfo -F version drbd` says it. Debian's kernels have 8.4.",
)
def render_drbd(spec: Path, output: Path | None, module: str) -> None:
    """Print the DRBD resources that the volumes of a spec file mean; nothing where no service has one."""
    write(render.drbd_resources(specs.read(spec), Generation(module)), output)
