"""A side of a volume without a device: it gets back the one it had, or a new one, which is filled from the other side."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.core import Action, HakitError
from hakit.model import Service, Volume
from hakit.observe import drbd
from hakit.plan.preflight.volumes import on_device
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.volume import sight
from hakit.plan.volume.commands import drbdadm, metadata


def replace(seen: Seen, service: Service, volume: Volume) -> Stage:
    """Give each side that has no device the one that is at its path now.

    A blank one gets metadata first; DRBD then fills it from the other side. Nothing is written to any other, but for what
    DRBD itself brings up to date on the device that the side had. Raises HakitError where there is no device, or one that is
    too small, or holds something else, or where no side has the data that a blank one would need.
    """
    return Stage("Give the volume its device", tuple(_steps(seen, service, volume)))


def down(seen: Seen, volume: Volume) -> tuple[str, ...]:
    """Name the nodes of the running cluster whose side is down: Pacemaker may have given up on starting it."""
    up = sight.sides(seen, volume)
    return tuple(name for name in seen.running if name not in up)


def _steps(seen: Seen, service: Service, volume: Volume) -> Iterator[Step]:
    sides = sight.sides(seen, volume)
    bare = [name for name, side in sides.items() if side.disk in drbd.GONE]
    for name in (*bare, *down(seen, volume)):
        device = dict(volume.devices)[name]
        for problem in on_device(seen.hosts[name], service, volume):
            raise HakitError(f"{name}: {problem.text()}; nothing was done", hint=problem.remedy())
        actions: list[Action] = []
        blank = not sight.owned(seen, name, volume)
        if blank:
            if not any(side.disk == drbd.UP_TO_DATE for other, side in sides.items() if other != name):
                raise HakitError(
                    f"{device} on {name} is blank, and no other side has the data of {service.name}; nothing was done",
                    hint=f"put the device back that {name} had, or bring the node with the data back",
                )
            actions += metadata(device, service)
        if name in sides:
            actions.append(drbdadm("attach", service))
        if actions:
            why = f"{device} is blank: it will get everything" if blank else f"it was let go ({sides[name].disk})"
            yield Step(f"give the volume of {service.name} its device", name, why, tuple(actions))
