"""`hakit completion`: what makes the shell complete hakit's commands, options and names."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import ShellComplete, get_completion_class

from hakit.core.errors import HakitError

_PROGRAM = "hakit"
_VARIABLE = "_HAKIT_COMPLETE"
# Where each shell looks by itself: bash by way of the package bash-completion, fish always; zsh only where it is told to.
_FILES = {
    "bash": ("XDG_DATA_HOME", ".local/share", "bash-completion/completions/hakit"),
    "fish": ("XDG_CONFIG_HOME", ".config", "fish/completions/hakit.fish"),
    "zsh": ("XDG_DATA_HOME", ".local/share", "zsh/site-functions/_hakit"),
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(_FILES)))
@click.option("--install", is_flag=True, help="Write it to the file in your home where the shell looks for it.")
def completion(shell: str, *, install: bool) -> None:
    """Print or install what completes commands, options and names in bash, fish or zsh.

    Services and nodes are read from the spec file, that of --spec or ./hakit.yaml.
    """
    text = script(shell)
    if not install:
        click.echo(text)
        return
    path = _path(shell)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.hakit-new")
        new.write_text(f"{text}\n", encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise HakitError(f"{path}: {error.strerror}", hint=f"hakit completion {shell} prints it") from error
    click.echo(f"{path} is written; shells that are started from now on complete hakit", err=True)
    if shell == "zsh":
        click.echo(f"  write into ~/.zshrc, above compinit: fpath+=({path.parent})", err=True)
    if shell == "bash":
        click.echo("  this needs the package bash-completion", err=True)


def script(shell: str) -> str:
    """Return the text that the shell is to run. Click's, without its question which bash is installed here."""
    kind = get_completion_class(shell)
    if kind is None:
        raise HakitError(f"this click completes nothing in {shell}")
    from hakit.cli.main import hakit  # noqa: PLC0415 - which imports this module

    return ShellComplete.source(kind(hakit, {}, _PROGRAM, _VARIABLE)).strip()


def _path(shell: str) -> Path:
    variable, usual, name = _FILES[shell]
    return Path(os.environ.get(variable) or Path.home() / usual) / name
