"""SBD before the cluster starts with it: a header on blank disks, its file and its unit on every node; or all of that off again.

sbd only starts and ends together with Corosync (its unit refuses anything else), so nothing here is done to a node whose
cluster runs: hakit.plan.changes.live stops it first. docs/decisions/0067-sbd.md
"""

from __future__ import annotations

from collections.abc import Iterator

from hakit import render
from hakit.core import Action, Command, Put, Remove
from hakit.model import SbdFencing, sbd
from hakit.observe import record
from hakit.plan import boot
from hakit.plan.sbd import sight
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step
from hakit.plan.wanted import Wanted
from hakit.render import sbd as files

_USED = 1 << 20  # what sbd may write on (sbd(8)), in bytes
_RELOAD = Command(("systemctl", "daemon-reload"), timeout=60)
TITLE, OFF = "set SBD up", "turn SBD off"


def stages(wanted: Wanted, seen: Seen, *, stopped: bool = False) -> Iterator[Stage]:
    """Give what is missing on the nodes whose cluster doesn't run; of all nodes with `stopped`, which foresees a stop.

    Nothing while a node that runs waits for such a stop: one that is started meanwhile starts like the others.
    """
    if not stopped and any(sight.differs(wanted, seen, name) for name in seen.started):
        return
    at_rest = [name for name in seen.hosts if stopped or name not in seen.started]
    if stopped or not seen.started:
        yield Stage("Write SBD's header", tuple(_disks(wanted, seen)))
    yield Stage("Set SBD up" if _wanted(wanted) else "Turn SBD off", tuple(_nodes(wanted, seen, at_rest)))


def outgrown(wanted: Wanted, cib: str) -> bool:
    """Say whether Pacemaker would refuse to run with the CIB's stonith-watchdog-timeout, once SBD is as wanted.

    It ends at once where that is set and sbd doesn't run, or sbd's timeout is longer (lib/common/watchdog.c).
    """
    there = render.watchdog_wait(cib)
    fencing = wanted.cluster.fencing
    return bool(there) and not (
        isinstance(fencing, SbdFencing) and files.times(wanted.cluster, fencing).watchdog <= there
    )


def title(wanted: Wanted) -> str:
    """Say what is done."""
    return TITLE if _wanted(wanted) else OFF


def off(restore: tuple[str, ...]) -> Iterator[Action]:
    """Give the actions that put sbd's file back as it was noted and take our drop-in away; `restore` are the noted files."""
    if sbd.FILE in restore:
        yield Command(("cp", "--archive", "--force", "--", f"{record.BEFORE}{sbd.FILE}", sbd.FILE))
    else:
        yield Remove(sbd.FILE)
    yield Remove(sbd.DROP_IN)
    yield _RELOAD


def _wanted(wanted: Wanted) -> bool:
    return isinstance(wanted.cluster.fencing, SbdFencing)


def _disks(wanted: Wanted, seen: Seen) -> Iterator[Step]:
    """Write headers from one node, on disks on which no node sees one. That they are blank, preflight has seen."""
    fencing = wanted.cluster.fencing
    if not isinstance(fencing, SbdFencing):
        return
    name, times = next(iter(seen.hosts)), files.times(wanted.cluster, fencing)
    for disk in fencing.disks:
        if not sight.headers(seen.hosts, disk):
            create = ("sbd", "-d", disk, "-1", str(times.watchdog), "-4", str(times.msgwait), "create")
            yield Step(f"write SBD's header to {disk}", name, "it is blank", (*_blank(disk), Command(create)))


def _blank(disk: str) -> tuple[Command, ...]:
    """Look once more: sbd(8) warns that it overwrites without asking."""
    return (
        Command(("blkid", "--probe", disk), ok_codes=frozenset({2}), timeout=30, changes_state=False),
        Command(("cmp", "--silent", f"--bytes={_USED}", "--", disk, "/dev/zero"), timeout=30, changes_state=False),
    )


def _nodes(wanted: Wanted, seen: Seen, names: list[str]) -> Iterator[Step]:
    fencing = wanted.cluster.fencing
    for name in names:
        if not sight.differs(wanted, seen, name):
            continue
        if isinstance(fencing, SbdFencing):
            text = files.merged(seen.hosts[name].sbd.file, wanted.cluster, fencing)
            actions: tuple[Action, ...] = (
                Put(sbd.FILE, text, backup=False),
                Put(sbd.DROP_IN, files.drop_in(wanted.cluster, fencing), backup=False),
                _RELOAD,
                boot.at_boot(sbd.UNIT, enabled=True),
            )
            yield Step("write sbd's file, let sbd start with Corosync", name, "a lost node is reset by it", actions)
        else:
            note = seen.nodes[name].record
            # Its own file first names no watchdog of ours: only then is the unit taken from Corosync, which marks the end.
            actions = (*off(note.files if note else ()), boot.at_boot(sbd.UNIT, enabled=False))
            yield Step("put sbd's file back, let it start no more", name, "the spec has no SBD any more", actions)
