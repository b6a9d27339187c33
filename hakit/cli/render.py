"""`hakit render-corosync` and `hakit render-cib`: what a spec file means, as the files themselves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from hakit import render
from hakit import spec as specs
from hakit.cli.arguments import spec_argument
from hakit.core import ExitCode, HakitError

_F = TypeVar("_F", bound=Callable[..., object])


def _output_option(function: _F) -> _F:
    return click.option(
        "--output",
        "-o",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to FILE in one move, not to the terminal.",
    )(function)


@click.command("render-corosync")
@spec_argument
@_output_option
def render_corosync(spec: Path, output: Path | None) -> None:
    """Print the corosync.conf that a spec file means."""
    _write(render.corosync_conf(specs.read(spec)), output)


@click.command("render-cib")
@spec_argument
@_output_option
@click.option(
    "--templates",
    metavar="DIR",
    envvar="HAKIT_TEMPLATES",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look here first for templates: TAG.xml.j2 for all elements of a tag, ID.xml.j2 for one element.",
)
def render_cib(spec: Path, output: Path | None, templates: Path | None) -> None:
    """Print the CIB that a spec file means."""
    _write(render.cib(specs.read(spec), templates=templates), output)


def _write(text: str, output: Path | None) -> None:
    """Write the bytes as they are; a file is whole or not there, and keeps the mode that it had."""
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        _replace(output, text.encode())
    except OSError as error:
        raise HakitError(f"cannot write {output}: {error.strerror}", code=ExitCode.USAGE) from error


def _replace(output: Path, content: bytes) -> None:
    # A link stays one, and a device such as /dev/stdout is written to, not replaced.
    target = output.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
