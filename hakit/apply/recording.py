"""What is written into the cluster's history about a change, before it, behind it, and when it was cut short."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hakit.apply import journal
from hakit.core import HakitError, Runner
from hakit.observe.journal import Entry, Journal, Kind, Result
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.run import oneself

_MOST_LINES = 40
now = journal.now


@dataclass(frozen=True, slots=True)
class Record:
    """A change that is under way: its entry in the journal, and the text of the spec that it brings."""

    entry: Entry
    whole: Journal
    text: str


def begin(seen: Seen, runner: Runner, entry: Entry, text: str, whole: Journal) -> Record:
    """Take the checkpoint and note that the change begins; one that was cut short goes on under its own name.

    Raises CommandFailed, HostUnreachable: then nothing is to be changed.
    """
    if whole.open and whole.coming == text:
        return Record(whole.open, whole, text)
    if whole.last and entry.name <= whole.last.name:
        # Made within the same moment, or by a clock that is behind another's: it still sorts behind.
        entry = replace(entry, name=f"{whole.last.name}.1")
    journal.keep(seen, runner, entry, whole.spec)
    begun = whole.begun(entry, text)
    journal.write(seen.hosts, runner, begun)
    return Record(entry, begun, text)


def end(record: Record, names: Iterable[str], runner: Runner, result: Result, **said: object) -> Entry:
    """Note what came of it on the named nodes; after a rollback the earlier spec is still in force."""
    entry = replace(record.entry, ended=now(), result=result, **{"note": "", **said})  # type: ignore[arg-type]
    spec = record.text if result is Result.DONE else ""
    journal.write(names, runner, record.whole.ended(entry, spec=spec))
    return entry


def stopped(record: Record, names: Iterable[str], runner: Runner, why: str) -> None:
    """Note why a change stopped on the way, where that can be noted; it has no end yet."""
    entry = replace(record.entry, note=why)
    entries = tuple(entry if each.name == entry.name else each for each in record.whole.entries)
    with suppress(HakitError):
        journal.write(names, runner, replace(record.whole, entries=entries))


def made(entry: Entry, seen: Seen, text: str, runner: Runner) -> None:
    """Note a change that had no checkpoint, once it is done."""
    whole = journal.read(seen.hosts, runner)
    end(Record(entry, whole.begun(entry, text), text), seen.hosts, runner, Result.DONE)


def named(kind: Kind, said: tuple[str, ...], *, checkpoint: bool = False) -> Entry:
    """Make an entry that begins now; its name sorts by time."""
    return Entry(f"{datetime.now(UTC):%Y%m%d-%H%M%S}", kind, oneself.who(), now(), checkpoint=checkpoint, lines=said)


def lines(stages: tuple[Stage, ...]) -> tuple[str, ...]:
    """Say the steps in lines, the same on several hosts in one."""
    hosts: dict[str, list[str]] = {}
    for step in (step for stage in stages for step in stage.steps):
        hosts.setdefault(step.title, []).append(step.host)
    said = tuple(f"{title} [{', '.join(names)}]" for title, names in hosts.items())
    return shortened(said)


def shortened(said: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what is too much for a history."""
    return said if len(said) <= _MOST_LINES else (*said[:_MOST_LINES], f"and {len(said) - _MOST_LINES} more")
