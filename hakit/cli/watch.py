"""The live view of `hakit status --watch`: what a person wants to see during a failover."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from hakit.apply.watching import Watch
from hakit.cli.door import quick_door
from hakit.cli.events import tell
from hakit.model import Cluster, Node, Service
from hakit.observe.crm_mon import ClusterState
from hakit.plan import events
from hakit.plan.events import Happening, Sight, Story
from hakit.plan.health import services

# How many of the latest happenings are shown.
_RECENT = 10


def watch(cluster: Cluster, ssh_config: Path | None) -> None:
    """Show the cluster until Ctrl-C: as a view at a terminal, as a line for each change elsewhere."""
    with Watch(cluster, quick_door(cluster, ssh_config)) as watching:
        try:
            if sys.stdout.isatty():
                _live(cluster, watching)
            else:
                _lines(cluster, watching)
        except KeyboardInterrupt:
            return


def _live(cluster: Cluster, watching: Watch) -> None:
    """Draw over and over; what happened meanwhile stays on the screen at the end."""
    story, recent = Story(), deque[Happening](maxlen=200)
    try:
        with Live(console=Console(highlight=False, emoji=False), auto_refresh=False, screen=True) as live:
            for sight in watching.sights():
                story, told = events.follow(cluster, story, sight)
                recent.extend(told)
                live.update(view(cluster, story, sight, list(recent)[-_RECENT:]), refresh=True)
    finally:
        for each in recent:
            tell(each)


def _lines(cluster: Cluster, watching: Watch) -> None:
    story = Story()
    for sight in watching.sights():
        first = story.sight is None
        story, told = events.follow(cluster, story, sight)
        for line in summary(cluster, sight) if first else ():
            click.echo(line)
        for each in told:
            tell(each)


def summary(cluster: Cluster, sight: Sight) -> list[str]:
    """Say in a line each how everything is, for where there is no terminal to draw on."""
    state = sight.state
    lines = [f"{cluster.name}: {_quorum(state)}"]
    lines += [f"service {each.name}: {_service(cluster, each, state)[0]}" for each in cluster.services]
    lines += [f"node {each.name}: {_node(each, sight)[0]}; {_rings(cluster, each, sight)[0]}" for each in cluster.nodes]
    return [f"{sight.at:%Y-%m-%d %H:%M:%S}  {line}" for line in lines]


def view(cluster: Cluster, story: Story, sight: Sight, recent: Sequence[Happening]) -> Group:
    """Lay out services, nodes with their rings, and what happened lately."""
    head = Text.from_markup(
        f"[bold]{escape(cluster.name)}[/bold]: {_quorum(sight.state)}   [dim]{sight.at:%Y-%m-%d %H:%M:%S} UTC, Ctrl-C ends[/dim]"
    )
    lines = [Text(f"{each.when:%H:%M:%S}  {each.text}") for each in reversed(recent)]
    return Group(
        head, Text(), _services(cluster, story, sight), Text(), _nodes(cluster, sight), Text(),
        Text("lately", style="bold"), *(lines or [Text("nothing", style="dim")]),
    )  # fmt: skip


def _services(cluster: Cluster, story: Story, sight: Sight) -> Table:
    table = Table("service", "state", "for", "parts", box=None, pad_edge=False)
    for service in cluster.services:
        word, style = _service(cluster, service, sight.state)
        since = story.since.get(service.name)
        table.add_row(
            service.name, Text(word, style=style), _ago(since, sight.at) if since else "", _parts(service, sight.state)
        )
    return table


def _nodes(cluster: Cluster, sight: Sight) -> Table:
    table = Table("node", "state", "rings", box=None, pad_edge=False)
    for node in cluster.nodes:
        (word, style), (rings, ring_style) = _node(node, sight), _rings(cluster, node, sight)
        table.add_row(node.name, Text(word, style=style), Text(rings, style=ring_style))
    return table


def _quorum(state: ClusterState | None) -> str:
    if state is None or not state.dc:
        return "no answer" if state is None else "no controller yet"
    return f"{'quorum' if state.quorate else 'no quorum'}{', maintenance' if state.maintenance else ''}"


def _service(cluster: Cluster, service: Service, state: ClusterState | None) -> tuple[str, str]:
    if state is None:
        return "unknown", "dim"
    place = services.place(service, state)
    if place:
        return f"on {place}", "green"
    stopped = services.out_of_service(cluster, service, state)
    if stopped:
        return ("out of service" if stopped == service.name else f"waits for {stopped}"), "yellow"
    return "not serving", "bold red"


def _parts(service: Service, state: ClusterState | None) -> str:
    known = {each.id: each for each in state.resources} if state else {}
    said = []
    for part in services.parts(service):
        resource = known.get(part)
        where = f" {'+'.join(resource.nodes)}" if resource and resource.nodes else ""
        bad = " FAILED" if resource and resource.failed else ""
        name = "vip" if part.endswith("-vip") else "unit"
        said.append(f"{name} {resource.role.lower() if resource else 'unknown'}{where}{bad}")
    return ", ".join(said)


def _node(node: Node, sight: Sight) -> tuple[str, str]:
    known = {each.name: each for each in sight.state.nodes} if sight.state else {}
    there = known.get(node.name)
    word, style = "unknown", "dim"
    if there is not None:
        word, style = ("standby", "yellow") if there.standby else ("online", "green")
        if not there.online:
            word, style = ("lost, unclean" if there.unclean else "offline"), "bold red"
    dc = ", controller" if there and there.dc and there.online else ""
    silent = f" (here: {sight.missing[node.name]})" if node.name in sight.missing else ""
    return f"{word}{dc}{silent}", style


def _rings(cluster: Cluster, node: Node, sight: Sight) -> tuple[str, str]:
    if node.name not in sight.links:
        return "rings unknown", "dim"
    down = {link.ring for link in sight.links[node.name] if link.peer != node.id and not link.connected}
    if not down:
        return "all rings connected", "green"
    names = ", ".join(
        f"ring {ring.number} {'cut off' if ring.number in down else 'connected'}" for ring in cluster.rings
    )
    return names, "yellow" if len(down) < len(cluster.rings) else "red"


def _ago(since: datetime, now: datetime) -> str:
    seconds = max(0, int((now - since).total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
