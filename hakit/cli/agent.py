"""`hakit agent`: the resource agents by themselves, for those who drive their cluster with pcs or crm alone."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import click

from hakit import spec as specs
from hakit.apply import agent as engine
from hakit.cli import plans
from hakit.cli.arguments import json_option, ssh_config_option, yes_option
from hakit.cli.progress import Bars
from hakit.core import ExitCode, HakitError
from hakit.observe.agent_metadata import Metadata, Parameter
from hakit.plan.step import Stage
from hakit.run.hosts import Hosts
from hakit.run.whereabouts import local_nodes

_WIDEST = 100  # characters; longer lines are hard to read


_agent_option = click.option(
    "--agent",
    "name",
    type=click.Choice(engine.NAMES),
    default=engine.NAMES[0],
    show_default=True,
    help="Which agent, ocf:hakit:NAME.",
)


@click.group()
def agent() -> None:
    """Install and describe hakit's resource agents, to use them with pcs or crm alone.

    quickservice protects any systemd unit, vip is a virtual IP that isn't taken from somebody who has it, mount is a file system
    that is seen to fail, pathguard tells when a node has lost its clients' network. They need nothing else of hakit; `hakit bootstrap` installs those that a spec needs.
    """


@agent.command()
@_agent_option
def path(name: str) -> None:
    """Print where this installation of hakit keeps an agent's file."""
    click.echo(engine.path(name))


@agent.command()
@_agent_option
@click.argument("spec", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--node", "nodes", multiple=True, metavar="HOST", help="Install there over ssh; can be given again.")
@yes_option
@ssh_config_option
def install(name: str, spec: Path | None, nodes: tuple[str, ...], *, yes: bool, ssh_config: Path | None) -> int:
    """Put an agent where Pacemaker looks for it, in one move.

    On this machine; with SPEC on all nodes of the spec file, or on those named by --node; with --node alone on
    these hosts. A host that has it already is left alone.
    """
    hosts, local = _where(spec, nodes)
    refused = False

    def agree(stage: Stage) -> bool:
        nonlocal refused
        if local == hosts:
            return True  # the command was the wish
        plans.show((stage,))
        refused = not (yes or click.confirm("Do this?", err=True))
        return not refused

    done = engine.install(name, hosts, Hosts(ssh_config=ssh_config, local=local), listener=Bars(), agree=agree)
    if refused:
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    said = f"installed on {', '.join(done)}" if done else "nothing to do: it is there already"
    click.echo(f"ocf:hakit:{name}: {said}", err=True)
    return ExitCode.DECLARED


@agent.command()
@_agent_option
@json_option
def describe(name: str, *, as_json: bool) -> None:
    """Describe an agent's parameters and the times that it advises."""
    metadata = engine.metadata(name)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(metadata), indent=2, ensure_ascii=False))
        return
    click.echo(_text(metadata))


def _where(spec: Path | None, nodes: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the hosts that are meant, and which of them is this machine."""
    if spec is None:
        here = os.uname().nodename
        return (nodes, ()) if nodes else ((here,), (here,))
    cluster = specs.read(spec)
    known = tuple(node.name for node in cluster.nodes)
    for name in nodes:
        if name not in known:
            raise HakitError(f"{spec} has no node {name}", hint=f"one of {', '.join(known)}", code=ExitCode.USAGE)
    return nodes or known, tuple(local_nodes(cluster))


def _text(metadata: Metadata) -> str:
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    head = click.style(f"ocf:hakit:{metadata.name}", bold=True)
    parts = [f"{head} {metadata.version}: {metadata.short}", click.wrap_text(metadata.long, width)]
    parts += [_parameter(each, width) for each in metadata.parameters]
    times = (
        f"  {each.name}: timeout={each.timeout}{f' interval={each.interval}' if each.interval else ''}"
        for each in metadata.actions
        if each.name not in {"meta-data", "validate-all"}
    )
    parts.append("\n".join(("Advised for the operations:", *times)))
    return "\n\n".join(parts)


def _parameter(parameter: Parameter, width: int) -> str:
    default = f"default {parameter.default}" if parameter.default else "by default not set"
    mark = "required" if parameter.required else default
    restart = "" if parameter.reloadable else "; a change restarts the service"
    head = f"{click.style(parameter.name, bold=True)} ({parameter.type}, {mark}{restart}): {parameter.short}"
    return f"{head}\n{click.wrap_text(parameter.long, width, initial_indent='    ', subsequent_indent='    ')}"
