"""Taking a cluster apart, and putting the hosts back as they stood before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from hakit.core import Action, Command, Put, Remove
from hakit.model import alert, sbd
from hakit.model.fencing import SbdFencing
from hakit.observe import journal, node, record
from hakit.observe.host.units import DRBD
from hakit.observe.record import Phase, Record
from hakit.plan import alerts, boot
from hakit.plan.bootstrap import resources, tokens
from hakit.plan.dialect import Dialect
from hakit.plan.sbd import making
from hakit.plan.seen import Belonging, Seen
from hakit.plan.step import Stage, Step
from hakit.plan.volume import undoing

# What a bootstrap that was killed may leave half-written or not taken away (`Put` writes PATH.hakit-new first).
_SCRATCH = (
    *(f"{path}.hakit-new" for path in (*node.KEPT, node.CIB, *node.CARRIED, record.PATH, tokens.NEW)),
    *(f"{path}.hakit-new" for path in (alert.AGENT, node.WATCH_UNIT, sbd.FILE, sbd.DROP_IN)),
    *(tokens.NEW, node.TOKEN, resources.OLD, resources.NEW),
    *(f"{path}.hakit-new" for path in (resources.OLD, resources.NEW)),
)


def stages(seen: Seen, dialects: Mapping[str, Dialect]) -> tuple[Stage, ...]:
    """Give what is left to do; empty when no host is part of the cluster and nothing of hakit's is left."""
    found = (
        Stage("Stop Pacemaker everywhere first", tuple(_calmed(seen))),
        Stage("Take the cluster apart", tuple(_apart(seen, dialects))),
        Stage("Take the directories off the volumes", tuple(undoing.steps(seen))),
        Stage("Put the hosts back as they were", tuple(_back(seen))),
    )
    return tuple(stage for stage in found if stage.steps)


def _calmed(seen: Seen) -> Iterator[Step]:
    """Stop Pacemaker before Corosync goes on any node: without disks, sbd resets a node that loses quorum while it stops."""
    running = [name for name in seen.started if seen.hosts[name].units["pacemaker.service"].running]
    sure = not isinstance(seen.cluster.fencing, SbdFencing) or seen.cluster.fencing.disks
    for name in () if sure or len(seen.started) == 1 else running:
        stop = Command(("systemctl", "stop", "--", "pacemaker.service"), timeout=600)
        yield Step("stop Pacemaker", name, "its services stop, and no watchdog bites meanwhile", (stop,))


def _apart(seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    for name in seen.hosts:
        if (seen.ours(name) and not _restored(seen, name)) or _half_destroyed(seen, name):
            yield Step(
                "stop the cluster and remove its configuration",
                name,
                "its services stop",
                dialects[name].destroy(),
                final=True,
            )


def _restored(seen: Seen, name: str) -> bool:
    # A host that stood in a cluster of the same name before: with the notes gone, it is as it was.
    return seen.nodes[name].record is None and not seen.nodes[name].has_agents


def _half_destroyed(seen: Seen, name: str) -> bool:
    # The tool removes corosync.conf first. A CIB that outlives it would be served by whatever is started here next.
    facts = seen.nodes[name]
    return seen.belonging(name) is Belonging.NONE and facts.record is not None and bool(facts.cib)


def _back(seen: Seen) -> Iterator[Step]:
    for name, facts in seen.nodes.items():
        if facts.record is not None and facts.record.cluster == seen.cluster.name:
            yield Step(
                "put files and units back, remove the agent",
                name,
                f"as noted before bootstrap{_header(seen, facts.record)}",
                (*alerts.away(facts), *_undo(facts.record)),
            )
        elif facts.has_agents or alerts.away(facts):
            why = "there are no notes of how the host stood: its units stay as they are"
            yield Step("remove the agent", name, why, (*alerts.away(facts), *map(Remove, node.CARRIED)))


def _header(seen: Seen, note: Record) -> str:
    disks = seen.cluster.fencing.disks if isinstance(seen.cluster.fencing, SbdFencing) else ()
    return f"; SBD's header stays on {', '.join(disks)}" if disks and sbd.UNIT in note.units else ""


def _undo(note: Record) -> tuple[Action, ...]:
    """Give the actions that put a host back. Cut short anywhere, all of it can be done again."""
    back: tuple[Action, ...] = ()
    if note.phase is not Phase.RETURNED:
        back = (_now(note, Phase.RETURNING), *_files(note), *_units(note), _now(note, Phase.RETURNED))
    return (
        *back,
        Command(("rm", "--recursive", "--force", "--", record.BEFORE, journal.FOLDER, *_SCRATCH)),
        _remove_empty(str(PurePosixPath(node.AGENT).parent)),
        _remove_empty(str(PurePosixPath(alert.AGENT).parent)),
        *((_remove_empty(str(PurePosixPath(sbd.DROP_IN).parent)),) if sbd.UNIT in note.units else ()),
        Remove(record.PATH),
        _remove_empty(record.FOLDER),
    )


def _now(note: Record, phase: Phase) -> Put:
    return Put(record.PATH, replace(note, phase=phase).dump(), mode=0o600, backup=False)


def _files(note: Record) -> Iterator[Action]:
    for path in node.KEPT:
        if path in note.files:
            yield Command(("cp", "--archive", "--force", "--", f"{record.BEFORE}{path}", path))
        else:
            yield Remove(path)
    if sbd.UNIT in note.units:
        yield from making.off(note.files)
    yield from map(Remove, node.CARRIED)


def _remove_empty(folder: str) -> Command:
    # Exit code 1: there is no such folder (a bootstrap that was killed early made none).
    return Command(("rmdir", "--ignore-fail-on-non-empty", "--", folder), ok_codes=frozenset({0, 1}))


def _units(note: Record) -> Iterator[Action]:
    at_boot = tuple(name for name, unit in note.units.items() if unit.boot == "enabled")
    not_at_boot = tuple(name for name, unit in note.units.items() if unit.boot == "disabled")
    # DRBD's unit does something at boot only; there is nothing left for it now. sbd comes and goes with Corosync only.
    run = {name: unit.active for name, unit in note.units.items() if name not in {DRBD, sbd.UNIT}}
    active = tuple(name for name, runs in run.items() if runs)
    at_rest = tuple(name for name, runs in run.items() if not runs)
    if not_at_boot:
        yield boot.at_boot(*not_at_boot, enabled=False)
    if at_boot:
        yield boot.at_boot(*at_boot, enabled=True)
    if at_rest:
        yield Command(("systemctl", "stop", "--", *at_rest), timeout=300)
    if active:
        yield Command(("systemctl", "start", "--", *active), timeout=300)
