"""`hakit fence`: try a node's fencing for real, tell what was fenced, confirm that a node is off."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.apply.operating import fencing as engine
from hakit.apply.operating.fencing import Tested
from hakit.cli import completing, operating
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option, yes_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars
from hakit.observe.crm_mon import Fence
from hakit.observe.host.fencing import Answer


@click.group()
def fence() -> None:
    """Try a node's fencing for real, tell what was fenced, confirm that a node is off."""


@fence.command()
@click.argument("node", shell_complete=completing.nodes)
@yes_option
@json_option
@spec_option
@tool_option
@ssh_config_option
def test(node: str, *, yes: bool, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Ask the devices of NODE for its state; if confirmed, fence it and watch it come back.

    Fencing is real: the node loses its power, and what runs there is taken over by others. Without confirmation only
    the devices are asked.
    """
    cluster = driven(spec)

    def agree(name: str, answers: dict[str, Answer], services: tuple[str, ...]) -> bool:
        if not as_json:
            _answers(answers)
        running = f", which runs {', '.join(services)}" if services else ""
        return yes or (not as_json and click.confirm(f"Take the power of {name} away{running}?", err=True))

    with Bars() as bars:
        done = engine.test(cluster, operating.means(cluster, ssh_config, bars), node, agree=agree)
    if as_json:
        click.echo(json.dumps(_plain(node, done), indent=2))
    elif done.did is None:
        click.echo(f"{node} was not fenced; its devices were asked by {done.by}")
    else:
        operating.tell(done.did, done=f"{node} was fenced and is back in the cluster", already="", as_json=False)


@fence.command()
@json_option
@spec_option
@tool_option
@ssh_config_option
def history(*, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Tell which nodes were fenced, when, by whom and with which end, the latest first."""
    cluster = driven(spec)
    with Bars() as bars:
        found = engine.history(cluster, operating.means(cluster, ssh_config, bars))
    if as_json:
        click.echo(json.dumps([_event(each) for each in found], indent=2))
    elif not found:
        click.echo("the cluster remembers no fencing")
    else:
        for each in found:
            click.echo(f"{each.when}  {each.target}: {each.action} by {each.by or 'nobody'}, {each.status}")


@fence.command()
@click.argument("node", shell_complete=completing.nodes)
@yes_option
@json_option
@spec_option
@tool_option
@ssh_config_option
def confirm(node: str, *, yes: bool, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Tell the cluster that you have seen that NODE is off, where fencing could not make sure of it.

    Its services then start elsewhere. If it is not off, they run twice. A node that answers over ssh is refused.
    """
    cluster = driven(spec)

    def agree(name: str) -> bool:
        return yes or click.confirm(f"Have you seen with your own eyes that {name} is off?", err=True)

    with Bars() as bars:
        did = engine.confirm(cluster, operating.means(cluster, ssh_config, bars), node, agree=agree)
    already = f"the cluster takes {node} for off already"
    operating.tell(did, done=f"the cluster takes {node} for off", already=already, as_json=as_json)


def _answers(answers: dict[str, Answer]) -> None:
    for name, each in answers.items():
        click.echo(f"{name}: {f'the node is {each.state}' if each.state else f'no answer: {each.reason}'}", err=True)


def _plain(node: str, done: Tested) -> dict[str, object]:
    return {
        "node": node,
        "asked_by": done.by,
        "devices": {name: {"state": each.state, "reason": each.reason} for name, each in done.answers.items()},
        "fenced": done.did is not None,
        **(operating.plain(done.did) if done.did else {}),
    }


def _event(each: Fence) -> dict[str, str]:
    return {"node": each.target, "action": each.action, "by": each.by, "status": each.status, "when": each.when}
