"""Which tool is there and works, and which dialect it speaks on each node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hakit.core import Command, HakitError, Outcome, Runner
from hakit.model import Tool
from hakit.plan import crm, pcs, tool
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.run.hosts import fan_out

_USAGE: Mapping[Tool, tuple[Command, ...]] = {Tool.PCS: pcs.USAGE, Tool.CRM: crm.USAGE}
_ASSUMED: Mapping[Tool, Dialect] = {Tool.PCS: pcs.Pcs(), Tool.CRM: crm.Crm()}


def choice(seen: Seen) -> Tool:
    """Give pcs or crm, by what was asked for, by which tool the cluster was made, and by what is installed."""
    cluster = seen.cluster
    notes = (facts.record for facts in seen.nodes.values())
    return tool.choice(
        cluster.tool, seen.hosts, (note.tool for note in notes if note is not None and note.cluster == cluster.name)
    )


def assumed(seen: Seen) -> Mapping[str, Dialect]:
    """Give a dialect for each node without asking the tool, which takes seconds: fit to see whether anything is to do."""
    return dict.fromkeys(seen.hosts, _ASSUMED[choice(seen)])


def detected(seen: Seen, runner: Runner, hosts: Iterable[str] | None = None) -> Mapping[str, Dialect]:
    """Find out which dialect the tool speaks on each of the hosts, by default all that were seen.

    When it doesn't work and nobody asked for it by name, the other one is tried. Raises HakitError when neither
    works on all of them, HostUnreachable.
    """
    asked = tuple(seen.hosts if hosts is None else hosts)
    first = choice(seen)
    order = (first, *(each for each in _USAGE if each is not first)) if seen.cluster.tool is Tool.AUTO else (first,)
    told: list[str] = []
    for each in order:
        found, broken = _tried(each, asked, runner)
        if not broken:
            return found
        told += broken
    raise HakitError(f"no tool to drive the cluster with: {'; '.join(told)}", hint="see `hakit preflight`, or --tool")


def _tried(each: Tool, hosts: Sequence[str], runner: Runner) -> tuple[Mapping[str, Dialect], list[str]]:
    """Give the dialects, and a line for each host on which the tool doesn't work."""

    def one(host: str) -> Dialect | str:
        outcomes = runner.batch(host, _USAGE[each], keep_going=True)
        dialect = pcs.detect(outcomes) if each is Tool.PCS else crm.detect(outcomes)
        return dialect or f"{host}: {each} does not work: {_word(outcomes[0])}"

    found: dict[str, Dialect] = {}
    broken: list[str] = []
    for host, answer in fan_out(hosts, one).items():
        match answer:
            case HakitError():
                raise answer
            case str():
                broken.append(answer)
            case _:
                found[host] = answer
    return found, broken


def _word(outcome: Outcome) -> str:
    """Give the last thing that the tool said."""
    said = (outcome.stderr or outcome.stdout).strip().splitlines()
    return said[-1] if said else f"exit code {outcome.code}"
