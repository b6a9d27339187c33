"""Power: booting a node, killing it, and the origin server beside them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from hakit.core.clock import SystemClock, wait_until
from hakit.lab import layout, network, node, origin, processes
from hakit.lab.keep import keeper
from hakit.lab.layout import CLIENT, ORIGIN_PORT, Host, Layout


def on(place: Layout, host: Host, everyone: Sequence[Host], base: Path) -> None:
    """Cable and boot a node that is off, with the disk it had, or a new one; returns at once."""
    off(place, host.name)
    fresh = not (place.node_folder(host.name) / "upper/root").exists()
    node.mount(place, host.name, base)
    if fresh:
        node.furnish(place, host, everyone)
    network.add(place, host)
    keeper().start(place, host.name, node.boot_argv(place, host.name), node.ENV)


def off(place: Layout, name: str) -> None:
    """Take a node's power away: first its cables, so that nothing that it says while it dies is heard."""
    network.take(place, name)
    _end(place, name)


def leader(place: Layout, name: str) -> int | None:
    """Return the node's PID 1 as this machine numbers it, or None when it is off."""
    return processes.leader(keeper().groups(place, name))


def start_origin(place: Layout) -> None:
    """Start the origin server anew in the client's network, and wait until it runs."""
    _end(place, CLIENT)
    program = Path(origin.__file__)
    serve = (sys.executable, "-I", "-S", str(program), layout.client().addresses[0], str(ORIGIN_PORT))
    keeper().start(place, CLIENT, network.inside(place, CLIENT, serve), {})
    wait_until(
        "the origin server runs",
        lambda: origin_runs(place),
        bool,
        clock=SystemClock(),
        timeout=10,
        every=0.05,
        in_a_row=1,
    )


def origin_runs(place: Layout) -> bool:
    """Say whether there is an origin server."""
    return bool(processes.members(keeper().groups(place, CLIENT)))


def _end(place: Layout, host: str) -> None:
    kept = keeper()
    groups = kept.groups(place, host)
    leader_pid = processes.leader(groups)
    if leader_pid is not None:
        processes.kill(leader_pid)
    processes.end(lambda: processes.members(groups), patience=2.0 if leader_pid else 0.0)
    kept.clear(place, host)
