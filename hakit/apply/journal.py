"""Read and write the history that the nodes keep, and the checkpoints in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from hakit import spec as specs
from hakit.core import Command, CommandFailed, Get, HakitError, HostUnreachable, Put, Remove, Runner, Secret
from hakit.model import Cluster
from hakit.observe import journal, node, record
from hakit.observe.journal import Checkpoint, Entry, Journal
from hakit.plan.seen import Seen
from hakit.run.hosts import fan_out

_FOLDERS = Command(("mkdir", "--parents", "--mode=0700", record.FOLDER, journal.FOLDER))
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def now() -> str:
    """Return the time, as entries say it."""
    return datetime.now(UTC).strftime(_FORM)


def read(names: Iterable[str], runner: Runner) -> Journal:
    """Return what the nodes that can be reached know, as one. Raises HakitError when a journal is damaged."""

    def one(host: str) -> Journal | None:
        outcome = runner.run(host, journal.GET)
        return journal.parse(outcome.stdout) if outcome.code == 0 else None

    found = fan_out(names, one).values()
    return journal.together(each for each in found if isinstance(each, Journal))


def write(names: Iterable[str], runner: Runner, whole: Journal) -> None:
    """Put the journal on all nodes; one that can't be reached gets it with the next change.

    Raises CommandFailed, and HostUnreachable when none can be reached.
    """
    outdated = [Remove(journal.place(each.name)) for each in whole.entries[:-1] if each not in whole.checkpoints]
    actions = (_FOLDERS, Put(journal.PATH, Secret(whole.dump()), mode=0o600, backup=False))

    def one(host: str) -> HakitError | None:
        outcome = runner.batch(host, (*actions, *outdated[-journal.MOST_CHECKPOINTS :]))[-1]
        return None if outcome.ok else CommandFailed(outcome)

    answers = list(fan_out(names, one).values())
    for answer in answers:
        if isinstance(answer, HakitError) and not isinstance(answer, HostUnreachable):
            raise answer
    if answers and all(isinstance(answer, HostUnreachable) for answer in answers):
        raise next(answer for answer in answers if answer)


def keep(seen: Seen, runner: Runner, entry: Entry, spec: str) -> None:
    """Take the checkpoint of an entry: on every node its own files, the CIB, the agent and the spec's text.

    Raises CommandFailed, HostUnreachable.
    """

    def one(host: str) -> HakitError | None:
        agent = runner.run(host, Get(node.AGENT))
        conf = seen.hosts[host].corosync
        kept = Checkpoint(spec, conf.text if conf else "", seen.nodes[host].cib, agent.stdout if agent.ok else "")
        put = Put(journal.place(entry.name), Secret(kept.dump()), mode=0o600, backup=False)
        outcome = runner.batch(host, (_FOLDERS, put))[-1]
        return None if outcome.ok else CommandFailed(outcome)

    for answer in fan_out(seen.hosts, one).values():
        if answer:
            raise answer


def checkpoint(names: Iterable[str], runner: Runner, entry: Entry) -> Checkpoint:
    """Return an entry's checkpoint from the first node that has it. Raises HakitError when none has."""
    path = journal.place(entry.name)
    for name in names:
        try:
            outcome = runner.run(name, Get(path, secret=True))
        except HostUnreachable:
            continue
        if outcome.code == 0:
            return journal.checkpoint(outcome.stdout, path)
    raise HakitError(f"no node has the checkpoint {entry.name} any more", hint="hakit history")


def meant(text: str, name: str) -> Cluster | None:
    """Return the cluster that a kept spec means; None where this hakit finds faults in it, or there is none."""
    return specs.check_text(text, name)[0] if text else None


def applied(cluster: Cluster, runner: Runner) -> Cluster | None:
    """Return the spec that was last in force by the word of the nodes; None when none of them knows."""
    whole = read((node.name for node in cluster.nodes), runner)
    return meant(whole.spec, whole.since)
