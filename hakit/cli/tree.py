"""The status tree: services, nodes, rings, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from hakit.core import Finding, HostUnreachable, Severity
from hakit.model import Node, Service, Volume
from hakit.observe import drbd, maintenance
from hakit.observe.crm_mon import ClusterState, ResourceState
from hakit.plan.health import services
from hakit.plan.health.volumes import progress
from hakit.plan.seen import Seen
from hakit.plan.volume import sight

_MARK = {Severity.ERROR: "[red]✗[/red]", Severity.WARNING: "[yellow]![/yellow]", Severity.NOTE: "[dim]i[/dim]"}
_UP, _DOWN = "[green]✓[/green]", "[red]✗[/red]"


def show(seen: Seen, missing: Mapping[str, HostUnreachable], findings: Iterable[Finding]) -> None:
    """Print the tree and the findings to stdout."""
    console = Console(highlight=False, emoji=False)
    state = seen.state
    quorum = "no answer" if state is None else "quorum" if state.quorate else "[red]no quorum[/red]"
    tree = Tree(f"[bold]{escape(seen.cluster.name)}[/bold]: {quorum}{_maintenance(seen)}")
    for service in seen.cluster.services:
        _service(tree, service, seen)
    nodes = tree.add("nodes")
    for node in seen.cluster.nodes:
        _node(nodes, node, seen, missing)
    console.print(tree)
    for finding in findings:
        console.print(f"{_MARK[finding.severity]} {escape(finding.text())}", soft_wrap=True)
        if finding.remedy() and finding.severity is not Severity.NOTE:
            console.print(f"    [dim]{escape(finding.remedy())}[/dim]", soft_wrap=True)


def _maintenance(seen: Seen) -> str:
    """Remind of a maintenance: for how long it has been on, and how long it will be."""
    if seen.state is None or not seen.state.maintenance:
        return ""
    mark = maintenance.read(seen.nodes[seen.running[0]].cib).mark or maintenance.Mark("", "")
    now = datetime.now(UTC)
    lasted = f" for {_span(now - datetime.fromisoformat(mark.since))}" if mark.since else ""
    left = f", ends by itself in {_span(datetime.fromisoformat(mark.until) - now)}" if mark.until else ""
    return f", [yellow]maintenance{lasted}{left}[/yellow]"


def _span(time: timedelta) -> str:
    hours, minutes = divmod(max(0, round(time.total_seconds() / 60)), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else "less than a minute"


def _service(tree: Tree, service: Service, seen: Seen) -> None:
    state = seen.state
    place = services.place(service, state) if state else ""
    stopped = services.out_of_service(seen.cluster, service, state) if state else ""
    mark, where = (_UP, f"on [bold]{escape(place)}[/bold]") if place else (_DOWN, "[red]not serving[/red]")
    if stopped:
        word = "out of service" if stopped == service.name else f"waits for {escape(stopped)}, which is out of service"
        mark, where = _MARK[Severity.WARNING], f"[yellow]{word}[/yellow]"
    branch = tree.add(f"{mark} service [bold]{escape(service.name)}[/bold] {where}{_since(service, state, place)}")
    known = {resource.id: resource for resource in state.resources} if state else {}
    for part in services.parts(service):
        branch.add(f"{escape(_what(service, part))}  {_part(known.get(part))}{_fails(part, state)}")
    if service.volume:
        branch.add(f"{service.volume.device}  {_volume(seen, service.volume)}")


def _what(service: Service, part: str) -> str:
    if service.vip and part.endswith("-vip"):
        return str(service.vip.interface)
    return service.volume.mount if service.volume and part.endswith("-mount") else service.unit


def _volume(seen: Seen, volume: Volume) -> str:
    """Say how the volume stands on each node, in DRBD's words, and how far a resynchronization is."""
    sides = sight.sides(seen, volume)
    said = [f"{side.role.lower()} on {escape(name)} {_disk(sight.disk(sides, name))}" for name, side in sides.items()]
    apart = [f"[red]{escape(side.connection)}[/red]" for side in sides.values() if not side.linked]
    pace = next((f"[yellow]{escape(words)}[/yellow]" for side in sides.values() if (words := progress(side))), "")
    return ", ".join((*said, *apart[:1], *filter(None, (pace,)))) or "[red]down[/red]"


def _disk(word: str) -> str:
    return word if word == drbd.UP_TO_DATE else f"[yellow]{escape(word)}[/yellow]"


def _since(service: Service, state: ClusterState | None, place: str) -> str:
    starts = (
        [h.started for h in state.history if h.resource == services.last(service) and h.node == place] if state else []
    )
    return f" [dim]since {escape(starts[0])}[/dim]" if starts and starts[0] else ""


def _part(resource: ResourceState | None) -> str:
    if resource is None:
        return "[red]unknown to the cluster[/red]"
    where = f" on {', '.join(resource.nodes)}" if resource.nodes else ""
    word = f"{resource.role.lower()}{where}"
    bad = "blocked" if resource.blocked else "failed" if resource.failed else "" if resource.managed else "unmanaged"
    return escape(word) + (f" [red]{bad}[/red]" if bad else "")


def _fails(part: str, state: ClusterState | None) -> str:
    counts = [(h.node, h.fail_count) for h in state.history if h.resource == part and h.fail_count] if state else []
    said = ", ".join(f"{node} {'∞' if count >= 1_000_000 else count}" for node, count in counts)  # noqa: PLR2004 - INFINITY
    return f" [yellow]failures: {escape(said)}[/yellow]" if said else ""


def _node(tree: Tree, node: Node, seen: Seen, missing: Mapping[str, HostUnreachable]) -> None:
    if node.name in missing:
        tree.add(f"{_DOWN} {escape(node.name)}: [red]{escape(missing[node.name].reason)}[/red]")
        return
    state = seen.state
    known = next((each for each in state.nodes if each.name == node.name), None) if state else None
    word = "offline" if known is None or not known.online else "standby" if known.standby else "online"
    dc = " [dim](controller)[/dim]" if known and known.dc else ""
    branch = tree.add(f"{_UP if word == 'online' else _DOWN} {escape(node.name)}: {word}{dc}")
    for ring, address in zip(seen.cluster.rings, node.addresses, strict=True):
        branch.add(f"ring {ring.number}  {address}  {_ring(seen, node, ring.number)}")


def _ring(seen: Seen, node: Node, ring: int) -> str:
    if node.name not in seen.running:
        return "[dim]unknown[/dim]"
    names = {each.id: each.name for each in seen.cluster.nodes}
    links = [link for link in seen.nodes[node.name].links if link.ring == ring and names.get(link.peer) != node.name]
    return "  ".join(
        f"{'[green]connected[/green]' if link.connected else '[red]cut off[/red]'} to {escape(names.get(link.peer, '?'))}"
        for link in links
    )
