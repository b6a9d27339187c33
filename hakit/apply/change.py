"""Change a running cluster to another spec, with a checkpoint to go back to; and go back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hakit.apply import engine, foresight, importing, journal, lock, observing, recording, verify
from hakit.apply.engine import Result, Sight
from hakit.apply.foresight import Foresight
from hakit.apply.lock import Lease
from hakit.apply.observing import Watched
from hakit.apply.operating.reins import Means
from hakit.apply.recording import Record
from hakit.apply.secrets import Ask
from hakit.core import CommandFailed, ExitCode, Finding, HakitError
from hakit.core.event import Note
from hakit.model import Cluster
from hakit.observe import journal as noted
from hakit.observe.journal import Entry, Journal, Kind
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.plan.terms import Terms


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: by which command, the cluster, and the text of its spec.

    `foreign`: what neither this spec nor the last one knows is removed. `here`: this machine is none of the nodes.
    """

    kind: Kind
    cluster: Cluster
    text: str
    foreign: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `entry` is None where nothing was to be done."""

    result: Result
    entry: Entry | None = None
    outages: tuple[Watched, ...] = ()


class RolledBack(HakitError):
    """The change did not stand the test, and the cluster is as it was; holds why, and what was seen of the outage."""

    def __init__(self, why: str, entry: Entry, outages: tuple[Watched, ...]) -> None:
        lines = (f"the change {entry.name} did not stand the test, and was rolled back:", *_indented(why.splitlines()))
        super().__init__("\n".join((*lines, *_indented(each.text() for each in outages))), hint="hakit history")
        self.why, self.entry, self.outages = why, entry, outages


Agree = Callable[[Foresight, tuple[Finding, ...], str], bool]


def change(order: Order, means: Means, *, agree: Agree, ask: Ask | None = None) -> Done:
    """Look, show, do, verify; goes back by itself when the cluster does not serve as declared then.

    `agree` is shown the foresight, what is worth knowing, and why there is no way back, if there is none. Raises Refused,
    Busy, Changed, RolledBack, CommandFailed, HostUnreachable, and HakitError when the person does not agree.
    """
    names = [node.name for node in order.cluster.nodes]
    whole = _known(names, means)
    before = journal.meant(whole.spec, whole.since)
    terms = Terms(live=True, foreign=order.foreign, applied=before)
    first = engine.sight(order.cluster, means, terms, ask=ask)
    if not first.left:
        entry = _caught_up(order, first, means) if whole.open else None
        return Done(engine.verified(first.goal, means, changed=False), entry)
    first, found = engine.known(first, means, terms)
    foreseen = foresight.foretell(first.goal, first.seen, first.left, means.runner, before)
    stuck = _no_way_back(before, order.cluster)
    if not agree(foreseen, found, stuck):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    leaving = (name for name, leaver in first.seen.leaving.items() if leaver)
    with lock.held((*names, *leaving), means.runner) as lease:
        now = engine.again(first, means, terms, strict=whole.open is None)
        said = recording.shortened(foreseen.lines())
        entry = recording.named(order.kind, said, checkpoint=bool(whole.spec))
        record = recording.begin(_there(now), means.runner, entry, order.text, _again(whole, names, means))
        return _done(_Work(order, means, terms, lease, record, before, not stuck, first.dialects), now, foreseen)


def _known(names: Sequence[str], means: Means) -> Journal:
    """Read the journal; where none has the spec in force, that is what an import of the running cluster gives."""
    whole = journal.read(names, means.runner)
    if whole.spec:
        return whole
    try:
        found = importing.live(names, means.runner)
    except HakitError:
        return whole
    return dataclasses.replace(whole, spec=found.text) if found.usable and found.whole else whole


def _again(whole: Journal, names: Sequence[str], means: Means) -> Journal:
    """Read the journal once more, now that nobody else writes it; an imported spec stays known."""
    now = journal.read(names, means.runner)
    return now if now.spec else dataclasses.replace(now, spec=whole.spec)


def _no_way_back(before: Cluster | None, after: Cluster) -> str:
    """Say why a rollback can't undo the change; empty when it can. A spec without a volume is not gone back to (HK366)."""
    if before is None:
        return "nobody noted the spec that is in force"
    had = {service.name for service in before.services if service.volume}
    new = [service.name for service in after.services if service.volume and service.name not in had]
    return f"{', '.join(new)} gets a volume, and a volume is not taken away in passing" if new else ""


@dataclass(frozen=True, slots=True)
class _Work:
    """What is under way: `before` is the spec that was in force, `able` whether it can be gone back to."""

    order: Order
    means: Means
    terms: Terms
    lease: Lease
    record: Record
    before: Cluster | None
    able: bool
    dialects: Mapping[str, Dialect]

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.order.cluster.nodes)


def _done(work: _Work, now: Sight, foreseen: Foresight) -> Done:
    """Do it, verify, and go back when that fails and there is something to go back to."""
    means = work.means
    seen = dataclasses.replace(now.seen, cluster=work.before or work.order.cluster)
    with observing.watched(means.runner, seen, foreseen.services, work.order.cluster, here=work.order.here) as saw:
        try:
            engine.finish(now, means, work.terms, work.lease)
        except HakitError as error:
            recording.stopped(work.record, work.nodes, means.runner, error.message)
            raise
        result, why = _tested(now, means)
        rolled = bool(why) and work.able
        failed = _back(work, why) if rolled else ""
    outages = tuple(each.text() for each in saw.outages)
    if result and not why:
        entry = recording.end(work.record, work.nodes, means.runner, noted.Result.DONE, outages=outages)
        return Done(result, entry, saw.outages)
    outcome = noted.Result.ROLLED_BACK if rolled and not failed else noted.Result.FAILED
    note = f"{why}\nrolling back failed: {failed}" if failed else why
    entry = recording.end(work.record, work.nodes, means.runner, outcome, note=note, outages=outages)
    if outcome is noted.Result.ROLLED_BACK:
        raise RolledBack(why, entry, saw.outages)
    raise HakitError(note, hint="hakit status, then hakit rollback" if work.able else "hakit status")


def _tested(now: Sight, means: Means) -> tuple[Result | None, str]:
    """Verify as bootstrap does; gives what was seen, and why it does not stand the test, empty when it does."""
    try:
        result = engine.verified(now.goal, means, changed=True)
    except HakitError as error:
        return None, error.message
    errors = verify.errors(result.findings)
    return result, "\n".join(each.text() for each in errors)


def _back(work: _Work, why: str) -> str:
    """Go back to the spec that was in force; gives why that failed, empty when it did not."""
    before, means = work.before, work.means
    if before is None:
        return "no earlier spec is known"
    means.listener.hear(Note(f"verification failed, rolling back: {why.splitlines()[-1].strip()}", warning=True))
    terms = Terms(live=True, foreign=True, applied=work.order.cluster)
    try:
        # Without asking the network and the tools once more: every second is one of the outage.
        now = engine.finish(engine.sight(before, means, terms, work.dialects), means, terms, work.lease)
        _forget_failures(now, means)
        _, still = _tested(now, means)
    except HakitError as error:
        return error.message
    return still


def _forget_failures(now: Sight, means: Means) -> None:
    """Let the services start again that failed with the new spec: their fail counts outlive its parameters."""
    door = now.seen.running[0]
    for outcome in means.runner.batch(door, now.dialects[door].cleanup("")):
        if not outcome.ok:
            raise CommandFailed(outcome)


def _there(now: Sight) -> Seen:
    """See only the nodes that have notes of hakit's: a node that joins gets the history with the others, at the end."""
    names = [name for name, node in now.seen.nodes.items() if node.record]
    hosts = {name: now.seen.hosts[name] for name in names}
    return dataclasses.replace(now.seen, hosts=hosts, nodes={name: now.seen.nodes[name] for name in names})


def _caught_up(order: Order, first: Sight, means: Means) -> Entry | None:
    """Note the end of a change that was cut short behind its last step, or before its first. Raises Busy if it wasn't."""
    with lock.held(first.seen.hosts, means.runner):
        whole = journal.read(first.seen.hosts, means.runner)
        if not whole.open or order.text not in {whole.coming, whole.spec}:
            return None
        result, note = noted.Result.DONE, ""
        if order.text != whole.coming:
            result, note = noted.Result.FAILED, "it was cut short before it changed anything, or was undone by hand"
        return recording.end(Record(whole.open, whole, order.text), first.seen.hosts, means.runner, result, note=note)


@dataclass(frozen=True, slots=True)
class WayBack:
    """The entry to undo and the text of the spec before it; `same`: that is the one in force, so nothing comes back by it."""

    entry: Entry
    text: str
    same: bool


def rolling(names: Iterable[str], means: Means, name: str | None) -> WayBack:
    """Find the way back: the named entry, else the last that changed something.

    Raises HakitError when there is none.
    """
    hosts = tuple(names)
    whole = journal.read(hosts, means.runner)
    able = whole.checkpoints
    if name is not None:
        able = tuple(each for each in able if each.name == name)
    else:
        able = tuple(each for each in able if each.result is not noted.Result.ROLLED_BACK)
    if not able:
        known = ", ".join(each.name for each in whole.checkpoints)
        what = f"there is no checkpoint {name}" if name else "there is no change to roll back"
        raise HakitError(what, hint=f"there are: {known}" if known else "hakit history")
    kept = journal.checkpoint(hosts, means.runner, able[-1])
    if not kept.spec:
        raise HakitError(f"{able[-1].name}: no spec was known before it", hint="hakit history")
    return WayBack(able[-1], kept.spec, kept.spec == whole.spec)


def _indented(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"  {line}" for line in lines)
