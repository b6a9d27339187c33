"""Taking a cluster apart, and putting the hosts back as they stood before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from hakit.core import Action, Command, Remove
from hakit.observe import node, record
from hakit.observe.record import Record
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.plan.step import Stage, Step


def stages(seen: Seen, dialects: Mapping[str, Dialect]) -> tuple[Stage, ...]:
    """Give what is left to do; empty when no host is part of the cluster and nothing of hakit's is left."""
    found = (
        Stage("Take the cluster apart", tuple(_apart(seen, dialects))),
        Stage("Put the hosts back as they were", tuple(_back(seen))),
    )
    return tuple(stage for stage in found if stage.steps)


def _apart(seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    for name in seen.hosts:
        if seen.ours(name) and not _restored(seen, name):
            yield Step(
                "stop the cluster and remove its configuration",
                name,
                "its services stop",
                dialects[name].destroy(),
                final=True,
            )


def _restored(seen: Seen, name: str) -> bool:
    # A host that stood in a cluster of the same name before: with the notes gone, it is as it was.
    return seen.nodes[name].record is None and not seen.nodes[name].agent


def _back(seen: Seen) -> Iterator[Step]:
    for name, facts in seen.nodes.items():
        if facts.record is not None and facts.record.cluster == seen.cluster.name:
            yield Step(
                "put files and units back, remove the agent", name, "as noted before bootstrap", _undo(facts.record)
            )
        elif facts.agent:
            why = "there are no notes of how the host stood: its units stay as they are"
            yield Step("remove the agent", name, why, (Remove(node.AGENT),))


def _undo(note: Record) -> tuple[Action, ...]:
    files: list[Action] = []
    for path in node.KEPT:
        if path in note.files:
            files.append(Command(("cp", "--archive", "--force", "--", f"{record.BEFORE}{path}", path)))
        else:
            files.append(Remove(path))
    at_boot = tuple(name for name, unit in note.units.items() if unit.boot == "enabled")
    not_at_boot = tuple(name for name, unit in note.units.items() if unit.boot == "disabled")
    active = tuple(name for name, unit in note.units.items() if unit.active)
    units: list[Action] = []
    if not_at_boot:
        units.append(Command(("systemctl", "disable", "--", *not_at_boot), timeout=120))
    if at_boot:
        units.append(Command(("systemctl", "enable", "--", *at_boot), timeout=120))
    if active:
        units.append(Command(("systemctl", "start", "--", *active), timeout=300))
    # The notes go last: until then the whole can be done again.
    gone = Command(("rm", "--recursive", "--force", "--", record.BEFORE, record.PATH, node.TOKEN))
    folders = Command(
        ("rmdir", "--ignore-fail-on-non-empty", "--", str(PurePosixPath(node.AGENT).parent), record.FOLDER)
    )
    return (*files, Remove(node.AGENT), *units, gone, folders)
