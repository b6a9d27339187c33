"""The advance in a fencing race with devices: a level before all others, that of fence_hakit.

A node that is off already is fenced by it at once; one that has power is left to the next level, if it runs the services after
the advance. docs/decisions/0068-off-already.md
"""

from __future__ import annotations

from collections.abc import Iterator

from hakit.model import Cluster, Device, DeviceFencing, Level

NAME, AGENT = "fencing-first", "fence_hakit"
# Of levels that the spec doesn't say: where there is a first one, Pacemaker wants to be told what comes next.
IMPLIED = "fencing-any-"
# Seconds that it is given besides, as Pacemaker gives a device's monitor.
_PATIENCE = 60


def device(cluster: Cluster) -> Device | None:
    """Return the device of the first level; None where nobody is to have an advance, or SBD gives it."""
    fencing = cluster.fencing
    if not isinstance(fencing, DeviceFencing) or not fencing.priority_delay:
        return None
    asked = ((node.name, _asked(fencing, node.name)) for node in cluster.nodes)
    patience = f"{fencing.priority_delay + _PATIENCE}s"
    parameters = (
        ("advance", str(fencing.priority_delay)),
        ("devices", ";".join(f"{node}:{','.join(names)}" for node, names in asked if names)),
        # Its failure is an answer. Pacemaker would else ask again, and wait for the advance twice.
        ("pcmk_off_retries", "1"),
        ("pcmk_off_timeout", patience),
        ("pcmk_reboot_retries", "1"),
        ("pcmk_reboot_timeout", patience),
    )
    return Device(NAME, AGENT, tuple(node.name for node in cluster.nodes), parameters)


def levels(cluster: Cluster) -> Iterator[tuple[str, Level]]:
    """Yield each level of the CIB with its id: those of the spec, behind the first one where there is one."""
    fencing = cluster.fencing
    if not isinstance(fencing, DeviceFencing):
        return
    first = device(cluster) is not None
    for level in fencing.levels:
        moved = Level(level.node, level.index + first, level.devices)
        yield f"fencing-{moved.node}-{moved.index}", moved
    if not first:
        return
    said = {level.node for level in fencing.levels}
    for node in (each.name for each in cluster.nodes):
        yield f"{IMPLIED}{node}-1", Level(node, 1, (NAME,))
        able = [each.name for each in fencing.devices if node in each.nodes]
        for index, name in enumerate(() if node in said else able, start=2):
            yield f"{IMPLIED}{node}-{index}", Level(node, index, (name,))


def _asked(fencing: DeviceFencing, node: str) -> tuple[str, ...]:
    """Name the devices that together switch it off: those of its first level, else the first that can."""
    by_level = (level.devices for level in fencing.levels if (level.node, level.index) == (node, 1))
    able = ((each.name,) for each in fencing.devices if node in each.nodes)
    return next(by_level, next(able, ()))
