"""The arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from hakit.core.errors import ExitCode, HakitError
from hakit.model import Tool

DEFAULT_SPEC = Path("hakit.yaml")
TOOL = "hakit.tool"  # where the context keeps what --tool says

_F = TypeVar("_F", bound=Callable[..., object])


def _spec_path(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path:
    """Fall back to ./hakit.yaml, and say what to do when there is none."""
    del param
    if value is not None:
        return value
    if ctx.resilient_parsing or DEFAULT_SPEC.exists():
        return DEFAULT_SPEC
    raise HakitError(
        f"no spec file given, and there is no ./{DEFAULT_SPEC} here",
        hint="name a file, or write one: hakit init HOST HOST",
        code=ExitCode.USAGE,
    )


def spec_argument(function: _F) -> _F:
    """Add SPEC, by default ./hakit.yaml; the command takes `spec: Path`."""
    return click.argument(
        "spec",
        required=False,
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_spec_path,
    )(function)


def spec_option(function: _F) -> _F:
    """Add --spec FILE, by default ./hakit.yaml; the command takes `spec: Path`."""
    return click.option(
        "--spec",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_spec_path,
        help=f"The spec file; by default ./{DEFAULT_SPEC}.",
    )(function)


def json_option(function: _F) -> _F:
    """Add --json; the command takes `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, for programs.")(function)


def tool_option(function: _F) -> _F:
    """Add --tool pcs|crm|auto; `door.driven` reads it, so that the command takes nothing."""
    return click.option(
        "--tool",
        type=click.Choice([tool.value for tool in Tool]),
        default=Tool.AUTO.value,
        show_default=True,
        envvar="HAKIT_TOOL",
        expose_value=False,
        callback=_keep_tool,
        help="What to drive the cluster with; auto: what it was made with, else what all nodes have, pcs first.",
    )(function)


def _keep_tool(ctx: click.Context, param: click.Parameter, value: str) -> None:
    del param
    ctx.meta[TOOL] = Tool(value)


def yes_option(function: _F) -> _F:
    """Add --yes; the command takes `yes: bool`."""
    return click.option("--yes", is_flag=True, help="Don't ask; take every question as answered with yes.")(function)


def ssh_config_option(function: _F) -> _F:
    """Add --ssh-config FILE; the command takes `ssh_config: Path | None`."""
    return click.option(
        "--ssh-config",
        metavar="FILE",
        envvar="HAKIT_SSH_CONFIG",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="An OpenSSH client configuration to reach the nodes with, in place of the user's own.",
    )(function)
