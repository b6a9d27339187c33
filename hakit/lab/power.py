"""Power: killing a node, and the origin server and the power switches beside the nodes."""

from __future__ import annotations

import sys
from pathlib import Path

from hakit.core.clock import SystemClock, wait_until
from hakit.lab import layout, network, origin, processes
from hakit.lab.keep import keeper
from hakit.lab.layout import CLIENT, ORIGIN_PORT, Host, Layout

IPMI_PORT = 623


def off(place: Layout, name: str) -> None:
    """Take a node's power away: first its cables, so that nothing that it says while it dies is heard."""
    network.take(place, name)
    _end(place, name)


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


def start_switch(place: Layout, host: Host) -> None:
    """Give a node's power switch (BMC) power, and wait until it runs."""
    end_switch(place, host.name)
    program = (sys.executable, "-P", "-m", "hakit.lab.bmc", place.name, str(place.folder.parent), host.name)
    keeper().start(place, switch(host.name), network.inside(place, CLIENT, program), {})
    wait_until(
        f"the power switch of {host.name} listens",
        lambda: switch_listens(place, host),
        bool,
        clock=SystemClock(),
        timeout=60,
        every=0.2,
        in_a_row=1,
    )


def end_switch(place: Layout, name: str) -> None:
    """Take the power of a node's power switch away: it can't be asked any more."""
    _end(place, switch(name))


def switch_listens(place: Layout, host: Host) -> bool:
    """Say whether a node's power switch runs and has opened its port (623, IPMI)."""
    runs = processes.members(keeper().groups(place, switch(host.name)))
    mine = f"{_hex(layout.bmc(host))}:{IPMI_PORT:04X}"
    return any(mine in _udp(pid) for pid in runs)


def switch(name: str) -> str:
    """Name the process of a node's power switch."""
    return f"bmc.{name}"


def _udp(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/net/udp").read_text()
    except OSError:
        return ""


def _hex(address: str) -> str:
    return "".join(f"{int(part):02X}" for part in reversed(address.split(".")))  # as /proc/net/udp has it: proc(5)


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
