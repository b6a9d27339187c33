"""Two sides of a volume that stand apart: whether and how they are joined again, and what is kept of the one that is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.core import Action, Command, HakitError
from hakit.model import Cluster, Service, Volume
from hakit.observe import drbd
from hakit.plan import names
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.volume import sight
from hakit.plan.volume.commands import drbdadm

DROPPED = "/var/lib/hakit/dropped"
_PEEK = "/var/lib/hakit/peek"
_COPY = 3600.0  # seconds
_ANY = frozenset(range(256))


def chosen(cluster: Cluster, service: str) -> tuple[Service, Volume]:
    """Give the service and its volume. Raises HakitError for an unknown one, or one without."""
    wanted = cluster.service(names.service(cluster, service))
    if wanted.volume is None:
        having = ", ".join(each.name for each in cluster.services if each.volume)
        raise HakitError(f"{service} has no volume", hint=f"these have: {having}" if having else "no service has one")
    return wanted, wanted.volume


def apart(seen: Seen, volume: Volume) -> bool:
    """Say whether the sides refuse each other."""
    return any(side.connection == drbd.STANDALONE for side in sight.sides(seen, volume).values())


def reconnect(seen: Seen, service: Service, volume: Volume) -> Stage:
    """Let the sides that have given up look for each other again; neither drops anything.

    One that is looking already is let be: DRBD 8.4 answers "Local address(port) already in use".
    """
    steps = tuple(
        Step(f"connect the volume of {service.name}", name, side.connection, (drbdadm("connect", service),))
        for name, side in sight.sides(seen, volume).items()
        if side.connection == drbd.STANDALONE
    )
    return Stage("Connect the volume", steps)


def resolve(seen: Seen, service: str, keep: str, moment: str, *, copy: bool) -> tuple[Stage, ...]:
    """Give the stages that keep one side and drop the other's own writes, a copy of which is laid aside with `copy`.

    Raises HakitError when the sides don't stand apart, or the one to drop is in use.
    """
    names.node(seen.cluster, keep)
    wanted, volume = chosen(seen.cluster, service)
    sides = sight.sides(seen, volume)
    if not apart(seen, volume):
        raise HakitError(f"the sides of {service}'s volume don't stand apart; nothing was done", hint="hakit status")
    lost = [name for name in sides if name != keep]
    if keep not in sides or not lost:
        raise HakitError("the volume is not up on both nodes; nothing was done", hint="hakit status")
    (drop,) = lost
    if sides[drop].role == drbd.PRIMARY:
        raise HakitError(
            f"{service} runs on {drop} with the data that would be dropped; nothing was done",
            hint=f"keep {drop}'s; or stop it there first: hakit stop {service}",
        )
    aside = tuple(_copied(wanted, volume, drop, moment)) if copy else ()
    where = f"; a copy goes to {DROPPED}/{service}-{moment}" if copy else ", with no copy"
    join: tuple[Action, ...] = (
        drbdadm("disconnect", wanted, any_code=True),
        Command(("drbdadm", "connect", "--discard-my-data", service), timeout=60),
    )
    stages = [
        Stage("Lay a copy aside", (Step(f"copy what {drop} has", drop, "it will be dropped", aside),))
        if aside
        else None,
        Stage(
            "Join the sides",
            (
                Step(f"drop what {drop} alone has", drop, f"{keep}'s side is kept{where}", join, final=True),
                Step(f"keep what {keep} has", keep, "asked for", (drbdadm("connect", wanted, any_code=True),)),
            ),
        ),
    ]
    return tuple(stage for stage in stages if stage)


def _copied(service: Service, volume: Volume, node: str, moment: str) -> Iterator[Action]:
    """Copy the whole side, read from the device below, which DRBD lets go of meanwhile."""
    target = f"{DROPPED}/{service.name}-{moment}"
    # The device was in use when the sides parted, so its journal may have to be read to see it whole; nothing is written to it.
    options = "ro,noload" if volume.filesystem == "ext4" else "ro,norecovery"
    device = dict(volume.devices)[node]
    yield Command(("mkdir", "--parents", "--mode=0700", "--", DROPPED, _PEEK))
    yield Command(("umount", "--", _PEEK), ok_codes=_ANY, timeout=60)  # of a run that was killed
    yield drbdadm("detach", service, any_code=True)
    yield Command(
        ("mount", "--options", options, "--types", volume.filesystem.value, "--", device, _PEEK), timeout=60
    )  # fmt: skip
    yield Command(("cp", "--archive", "--no-target-directory", "--", _PEEK, target), timeout=_COPY)
    yield Command(("umount", "--", _PEEK), timeout=60)
    yield drbdadm("attach", service)
