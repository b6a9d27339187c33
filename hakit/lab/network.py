"""The lab's networks: namespaces, one bridge per ring, veth pairs; nothing in the machine's own, and no way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from hakit.core.action import Command
from hakit.lab import layout as layouts
from hakit.lab.layout import RINGS, Host, Layout
from hakit.run import machine

_BRIDGE = "br-manage"


class Cable(StrEnum):
    """How a node's cable of a ring is."""

    WHOLE = "whole"
    CUT = "cut"
    UNPLUGGED = "unplugged"


def port(node: str, ring: int) -> str:
    """Name the switch's end of a node's cable (at most 15 characters, IFNAMSIZ)."""
    return f"{node}.{ring}"


def hardware(address: str) -> str:
    """Return the own address of the card that has an IP address: the same after a power cycle.

    Otherwise others would talk to the old one for a while.
    """
    return "02:00:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def manage(layout: Layout, client: Host, switches: Sequence[str]) -> None:
    """Add the network of the power switches, which have these addresses, to the namespace of switch and client."""
    addresses = (layouts.management(client), *switches)
    _batch(
        layout.namespace,
        [
            _bridge(_BRIDGE, len(RINGS)),
            *(f"addr add {address}/24 dev {_BRIDGE}" for address in addresses),
            f"link set {_BRIDGE} up",
        ],
    )


def add_management(layout: Layout, node: Host) -> None:
    """Cable a node that has its other cables to the network of the power switches."""
    inside, end = layout.unit(node.name), port(node.name, len(RINGS))
    nic = f"eth{len(RINGS)}"
    _batch(
        layout.namespace,
        [f"link add {end} type veth peer name {nic} netns {inside}", f"link set {end} master {_BRIDGE} up"],
    )
    _batch(inside, [f"addr add {layouts.management(node)}/24 dev {nic}", f"link set {nic} up"])


def build(layout: Layout, client: Host) -> None:
    """Make the namespace of switch and client, with its bridges."""
    _ip("netns", "add", layout.namespace)
    rings = range(len(RINGS))
    _batch(
        layout.namespace,
        [
            "link set lo up",
            *(_bridge(f"br{ring}", ring) for ring in rings),
            *(f"addr add {client.addresses[ring]}/24 dev br{ring}" for ring in rings),
            *(f"link set br{ring} up" for ring in rings),
        ],
    )


def _bridge(name: str, number: int) -> str:
    """Return the line that makes a bridge. Without spanning tree a port forwards at once; without snooping multicast is flooded.

    Its address is its own. A bridge without one has the lowest of its ports': when that node loses power, client and power
    switches, which are on the bridge, would change theirs, and the others would look for them in vain for some seconds.
    """
    return f"link add {name} address 02:68:61:6b:69:{number:02x} type bridge stp_state 0 mcast_snooping 0"


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
            *(f"link set eth{ring} address {hardware(node.addresses[ring])}" for ring in rings),
            *(f"addr add {node.addresses[ring]}/24 dev eth{ring}" for ring in rings),
            *(f"link set eth{ring} up" for ring in rings),
        ],
    )
    _as_before(layout, node.name)


def add_taps(layout: Layout, node: Host) -> None:
    """Cable a virtual machine to all switches: the ends that QEMU, run in the switches' namespace, opens by name."""
    bridges = (*(f"br{ring}" for ring in range(len(RINGS))), _BRIDGE)
    ends = [(port(node.name, number), bridge) for number, bridge in enumerate(bridges)]
    _batch(
        layout.namespace,
        [
            *(f"tuntap add dev {end} mode tap" for end, _ in ends),
            *(f"link set {end} master {bridge} up" for end, bridge in ends),
        ],
    )
    _as_before(layout, node.name)


def _as_before(layout: Layout, node: str) -> None:
    """Have the new cables of a node as the old ones were: a power cycle mends none."""
    for ring in range(len(RINGS)):
        match cable(layout, node, ring):
            case Cable.CUT:
                cut(layout, node, ring)
            case Cable.UNPLUGGED:
                unplug(layout, node, ring)
            case Cable.WHOLE:
                pass


def cut(layout: Layout, node: str, ring: int) -> None:
    """Take a node off a ring's switch; it keeps its carrier, as behind a dead switch. A power cycle doesn't heal."""
    _mark(layout, node, ring, Cable.CUT)
    _ip("-n", layout.namespace, "link", "set", port(node, ring), "nomaster")


def heal(layout: Layout, node: str, ring: int) -> None:
    """Put a node back on a ring's switch."""
    _mark(layout, node, ring, Cable.WHOLE)
    _ip("-n", layout.namespace, "link", "set", port(node, ring), "master", f"br{ring}", "up")


def unplug(layout: Layout, node: str, ring: int) -> None:
    """Pull a node's cable of a ring: the node sees its carrier go. `heal` plugs it in again."""
    _mark(layout, node, ring, Cable.UNPLUGGED)
    _ip("-n", layout.namespace, "link", "set", port(node, ring), "down")


def cable(layout: Layout, node: str, ring: int) -> Cable:
    """Say how a node's cable is; that is kept in its folder, because the cable itself goes with the power."""
    try:
        return Cable(_note(layout, node, ring).read_text())
    except FileNotFoundError:
        return Cable.WHOLE


def take(layout: Layout, node: str) -> None:
    """Remove a node's cables, at once, and its namespace with the addresses that it had taken."""
    ports = "".join(f"link delete {port(node, ring)}\n" for ring in range(len(RINGS) + 1))
    machine.run(Command(("ip", "-n", layout.namespace, "-force", "-batch", "-"), stdin=ports))
    _delete(layout.unit(node))


def complete(layout: Layout, nodes: Iterable[Host] = ()) -> bool:
    """Say whether every namespace is there: that of the switch, and those of the nodes that have one each."""
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


def _ip(*arguments: str) -> None:
    machine.must(Command(("ip", *arguments)))


def _delete(namespace: str) -> None:
    machine.run(Command(("ip", "netns", "delete", namespace)))
    # What a killed `ip netns add` leaves: a file that nothing is mounted on.
    (Path("/run/netns") / namespace).unlink(missing_ok=True)


def _note(layout: Layout, node: str, ring: int) -> Path:
    return layout.node_folder(node) / f"ring{ring}"


def _mark(layout: Layout, node: str, ring: int, how: Cable) -> None:
    _note(layout, node, ring).write_text(how)


def _batch(namespace: str, lines: Sequence[str]) -> None:
    machine.must(Command(("ip", "-n", namespace, "-batch", "-"), stdin="\n".join(lines) + "\n"))
