"""`hakit lab`: real Debian nodes on this machine, to try things out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.cli.progress import Bars
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release

_name = click.option("--name", default="lab", show_default=True, metavar="NAME", help="Which lab.")
_dir = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HAKIT_LAB_DIR",
    help="Folder of the labs' folders.  [default: /var/lib/hakit/labs]",
)


@click.group()
def lab() -> None:
    """Run real Debian nodes on this machine to try things out."""


@lab.command()
@click.option("--nodes", default=2, show_default=True, type=click.IntRange(1, layout.MOST_NODES), help="How many.")
@click.option(
    "--release", default=Release.BOOKWORM, show_default=True, type=click.Choice([*Release]), help="Of Debian."
)
@_name
@_dir
def up(nodes: int, release: str, name: str, folder: Path | None) -> None:
    """Boot the nodes, or repair or just find them; ready when it returns."""
    with Bars() as bars:
        made = Lab.up(name, Release(release), bars, nodes=nodes, folder=folder)
    click.echo(f"export HAKIT_SSH_CONFIG={made.ssh_config}")
    click.echo(f"hakit bootstrap {made.spec}")


@lab.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_name
@_dir
def status(*, as_json: bool, name: str, folder: Path | None) -> None:
    """Tell which nodes there are and how they are."""
    raise NotImplementedError


@lab.command(context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@_name
@_dir
def shell(node: str, command: tuple[str, ...], name: str, folder: Path | None) -> None:
    """Log into NODE (or `client`), or run COMMAND there."""
    from hakit.run import machine  # noqa: PLC0415

    found = Lab.open(name, folder)
    if node == layout.CLIENT:
        machine.replace(found.client_argv(command or ("bash",)))
    machine.replace(found.node_argv(node, command or ("bash", "--login")))


@lab.command()
@_name
@_dir
def down(name: str, folder: Path | None) -> None:
    """Take the lab away; nothing is left of it."""
    Lab.down(name, folder)
