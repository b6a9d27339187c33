"""The lab's networks: namespaces, one bridge per ring, veth pairs; nothing in the machine's own, and no way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from hakit.core.action import Command
from hakit.lab.layout import CLIENT, RINGS, Host, Layout
from hakit.run import machine


def port(node: str, ring: int) -> str:
    """Name the switch's end of a node's cable (at most 15 characters, IFNAMSIZ)."""
    return f"{node}.{ring}"


def build(layout: Layout, client: Host) -> None:
    """Make the namespace of switch and client, with its bridges."""
    _ip("netns", "add", layout.namespace)
    rings = range(len(RINGS))
    _batch(
        layout.namespace,
        [
            "link set lo up",
            # Without spanning tree a port forwards at once; without snooping multicast is simply flooded.
            *(f"link add br{ring} type bridge stp_state 0 mcast_snooping 0" for ring in rings),
            *(f"addr add {client.addresses[ring]}/24 dev br{ring}" for ring in rings),
            *(f"link set br{ring} up" for ring in rings),
        ],
    )


def add(layout: Layout, node: Host) -> None:
    """Make a node's namespace and cable it to the switch."""
    inside = layout.unit(node.name)
    rings = range(len(RINGS))
    _ip("netns", "add", inside)
    _batch(
        layout.namespace,
        [
            *(f"link add {port(node.name, ring)} type veth peer name eth{ring} netns {inside}" for ring in rings),
            *(f"link set {port(node.name, ring)} master br{ring} up" for ring in rings),
        ],
    )
    _batch(
        inside,
        [
            "link set lo up",
            *(f"addr add {node.addresses[ring]}/24 dev eth{ring}" for ring in rings),
            *(f"link set eth{ring} up" for ring in rings),
        ],
    )


def cut(layout: Layout, node: str, ring: int) -> None:
    """Take a node off a ring's switch; it keeps its carrier, as behind a dead switch."""
    _ip("-n", layout.namespace, "link", "set", port(node, ring), "nomaster")


def heal(layout: Layout, node: str, ring: int) -> None:
    """Put a node back on a ring's switch."""
    _ip("-n", layout.namespace, "link", "set", port(node, ring), "master", f"br{ring}")


def carrier(layout: Layout, node: str, ring: int, *, up: bool) -> None:
    """Pull a node's cable of a ring, or plug it in again: the node sees its carrier go or come."""
    _ip("-n", layout.namespace, "link", "set", port(node, ring), "up" if up else "down")


def unplug(layout: Layout, node: Host) -> None:
    """Take a node's cables away at once, so that nothing that it says while it dies is heard."""
    _try("-n", layout.namespace, "link", "delete", port(node.name, 0))
    _try("-n", layout.namespace, "link", "delete", port(node.name, 1))


def take(layout: Layout, node: str) -> None:
    """Remove a node's namespace, and with it the addresses that it had taken."""
    _delete(layout.unit(node))


def complete(layout: Layout, nodes: Iterable[Host]) -> bool:
    """Say whether every namespace is there."""
    wanted = {layout.namespace, *(layout.unit(node.name) for node in nodes)}
    return wanted <= set(namespaces(layout))


def remove(layout: Layout) -> None:
    """Remove all of the lab's namespaces, also those that its folder doesn't tell of."""
    for name in namespaces(layout):
        _delete(name)


def namespaces(layout: Layout) -> list[str]:
    """Name the lab's namespaces that there are."""
    found = sorted(path.name for path in Path("/run/netns").glob(f"{layout.namespace}*"))
    return [name for name in found if name == layout.namespace or name.startswith(f"{layout.namespace}.")]


def inside(layout: Layout, host: str, argv: Sequence[str]) -> tuple[str, ...]:
    """Return the command line that runs another in the network of a node, or of the client."""
    return ("nsenter", f"--net={layout.namespace_file(host)}", "--", *argv)


def in_client(layout: Layout, argv: Sequence[str]) -> tuple[str, ...]:
    """Return the command line that runs another as the client."""
    return inside(layout, CLIENT, argv)


def _ip(*arguments: str) -> None:
    machine.must(Command(("ip", *arguments)))


def _try(*arguments: str) -> None:
    machine.run(Command(("ip", *arguments)))


def _delete(namespace: str) -> None:
    _try("netns", "delete", namespace)
    # What a killed `ip netns add` leaves: a file that nothing is mounted on.
    (Path("/run/netns") / namespace).unlink(missing_ok=True)


def _batch(namespace: str, lines: Sequence[str]) -> None:
    machine.must(Command(("ip", "-n", namespace, "-batch", "-"), stdin="\n".join(lines) + "\n"))
