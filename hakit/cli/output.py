"""Where a command's text goes: to the terminal, or into a file in one move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from hakit.core import ExitCode, HakitError

_F = TypeVar("_F", bound=Callable[..., object])


def output_option(function: _F) -> _F:
    """Add --output FILE; the command takes `output: Path | None`."""
    return click.option(
        "--output",
        "-o",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to FILE in one move, not to the terminal.",
    )(function)


def ask_to_overwrite(output: Path | None, *, yes: bool) -> None:
    """Ask before a file that is there is written over, unless `yes`. Raises HakitError when that isn't wanted."""
    if output is None or not output.exists() or yes:
        return
    if not click.confirm(f"{output} exists. Write over it?", err=True):
        raise HakitError("not agreed; nothing was written", code=ExitCode.DIFFERENT)


def write(text: str, output: Path | None) -> None:
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
