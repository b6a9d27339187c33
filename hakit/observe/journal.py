"""What was changed on a cluster, by whom and with which result, and the checkpoints to go back to; kept on its nodes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from hakit.core import Get, HakitError
from hakit.observe import record

FOLDER = f"{record.FOLDER}/history"
PATH = f"{FOLDER}/journal.json"
GET = Get(PATH, secret=True)
# Entries that are kept, and the last of them with their checkpoints.
MOST, MOST_CHECKPOINTS = 100, 10


class Kind(StrEnum):
    """By which command it was done."""

    BOOTSTRAP = "bootstrap"
    APPLY = "apply"
    ROLLBACK = "rollback"


class Result(StrEnum):
    """What came of it. STARTED stays where hakit was killed or lost a node on the way."""

    STARTED = "not finished"
    DONE = "done"
    FAILED = "failed"
    ROLLED_BACK = "failed and rolled back"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `name` sorts by time and names the checkpoint taken before it; times are in UTC, ISO 8601.

    `checkpoint`: whether it had one, and so can be rolled back. `lines` say what was changed, `note` why it failed, and
    `outages` what was seen of its cost, as people read it.
    """

    name: str
    kind: Kind
    by: str
    begun: str
    ended: str = ""
    result: Result = Result.STARTED
    checkpoint: bool = False
    lines: tuple[str, ...] = ()
    note: str = ""
    outages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """The entries, oldest first; `spec` is the text of the spec in force and `since` the entry that brought it.

    `coming` is the text of the spec that an entry without an end was to bring.
    """

    entries: tuple[Entry, ...] = ()
    spec: str = ""
    since: str = ""
    coming: str = ""

    @property
    def last(self) -> Entry | None:
        """Return the newest entry."""
        return self.entries[-1] if self.entries else None

    @property
    def open(self) -> Entry | None:
        """Return the newest entry if it has no end."""
        return self.last if self.last and self.last.result is Result.STARTED else None

    @property
    def checkpoints(self) -> tuple[Entry, ...]:
        """Return the entries whose checkpoint is kept, oldest first."""
        return tuple(entry for entry in self.entries if entry.checkpoint)[-MOST_CHECKPOINTS:]

    def begun(self, entry: Entry, coming: str) -> Journal:
        """Return it with an entry more."""
        entries = (*(_interrupted(each) for each in self.entries), entry)[-MOST:]
        return replace(self, entries=entries, coming=coming)

    def ended(self, entry: Entry, *, spec: str) -> Journal:
        """Return it with the entry's end; `spec` is the text of what is in force now, empty where that isn't known."""
        entries = tuple(entry if each.name == entry.name else each for each in self.entries)
        since = entry.name if spec and spec != self.spec else self.since
        return replace(self, entries=entries, spec=spec or self.spec, since=since, coming="")

    def dump(self) -> str:
        """Give the text that `parse` reads."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A node's share of what there was before a change. `spec` is empty where no spec was known; `agent` its text."""

    spec: str = ""
    corosync_conf: str = ""
    cib: str = ""
    agent: str = ""

    def dump(self) -> str:
        """Give the text that `checkpoint` reads."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def _interrupted(entry: Entry) -> Entry:
    if entry.result is not Result.STARTED:
        return entry
    return replace(entry, result=Result.FAILED, note=entry.note or "it was cut short, and another change came after it")


def place(name: str) -> str:
    """Return the path of a checkpoint's file."""
    return f"{FOLDER}/{name}.json"


def parse(text: str) -> Journal:
    """Read a journal. Raises HakitError when it is damaged."""
    try:
        data = json.loads(text)
        return Journal(tuple(_entry(each) for each in data["entries"]), *(str(data[k]) for k in _TEXTS))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HakitError(f"{PATH} is damaged: {error}", hint=f"look at it, and remove it: rm {PATH}") from error


_TEXTS = ("spec", "since", "coming")


def _entry(data: dict[str, object]) -> Entry:
    return Entry(
        name=str(data["name"]),
        kind=Kind(str(data["kind"])),
        by=str(data["by"]),
        begun=str(data["begun"]),
        ended=str(data["ended"]),
        result=Result(str(data["result"])),
        checkpoint=bool(data["checkpoint"]),
        lines=_strings(data["lines"]),
        note=str(data["note"]),
        outages=_strings(data["outages"]),
    )


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(str(each) for each in value)


def checkpoint(text: str, path: str) -> Checkpoint:
    """Read a checkpoint. Raises HakitError when it is damaged."""
    try:
        data = json.loads(text)
        return Checkpoint(*(str(data[key]) for key in ("spec", "corosync_conf", "cib", "agent")))
    except (ValueError, KeyError, TypeError) as error:
        raise HakitError(f"{path} is damaged: {error}", hint="take another checkpoint: hakit history") from error


def together(found: Iterable[Journal]) -> Journal:
    """Return what several nodes know as one: of each entry the word that says most, and the spec of the newest end."""
    journals = list(found)
    entries: dict[str, Entry] = {}
    for entry in sorted(
        (e for journal in journals for e in journal.entries), key=lambda entry: (entry.ended, entry.note)
    ):
        entries[entry.name] = entry
    newest = max(journals, key=lambda journal: (journal.since, _ended(journal)), default=Journal())
    ordered = tuple(entries[name] for name in sorted(entries))[-MOST:]
    coming = next((j.coming for j in journals if j.coming and j.open and j.open.name == ordered[-1].name), "")
    whole = replace(newest, entries=ordered, coming=coming)
    return whole if whole.open else replace(whole, coming="")


def _ended(journal: Journal) -> str:
    return max((entry.ended for entry in journal.entries), default="")
