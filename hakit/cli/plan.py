"""`hakit plan`: what apply would do, and what would come of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import click

from hakit.apply.foresight import Foresight, foresee
from hakit.apply.journal import applied
from hakit.cli import findings, plans
from hakit.cli.arguments import json_option, spec_argument, ssh_config_option
from hakit.cli.door import door, read
from hakit.core import ExitCode, shown
from hakit.plan.changes.compare import Takes
from hakit.plan.changes.differences import Difference
from hakit.plan.changes.effects import Effect, Foreseen
from hakit.plan.outlook import Expected
from hakit.render import Origin

_WORDS = {
    Origin.SPEC: "",
    Origin.UNKNOWN: "",
    Origin.DRIFT: (
        "not what was applied: changed on the cluster, or another version of hakit meant something else by that spec;"
        " put it into the spec to keep it, or apply to undo it, which a rollback would not take back"
    ),
    Origin.BOTH: "changed both in the spec and on the cluster (or by another version of hakit)",
}
_TAKES = {
    Takes.RELOAD: "Corosync takes it over while it runs",
    Takes.RING_OUT_AND_IN: "the ring is taken out and put back while the others carry the cluster",
    Takes.STOP: "Corosync has to stop on all nodes; the services run on meanwhile, unwatched",
}


@click.command()
@spec_argument
@json_option
@ssh_config_option
def plan(spec: Path, *, as_json: bool, ssh_config: Path | None) -> int:
    """Show what apply would do and what would come of it; change nothing.

    Every difference between the spec file and the cluster with its place, then the steps, then what happens to each
    service as Pacemaker itself foretells it, with the outage that its clients may expect. Exit code 0: nothing to do;
    1: there are changes.
    """
    cluster = read(spec)
    runner = door(cluster, ssh_config)
    found = foresee(cluster, runner, applied=applied(cluster, runner))
    if as_json:
        click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False))
    else:
        for line in (*lines(found), *_outlook(found.outlook)):
            click.echo(line)
    return ExitCode.DECLARED if found.empty and not found.missing else ExitCode.DIFFERENT


def lines(found: Foresight) -> Iterator[str]:
    """Give a plan in lines, for people."""
    for name, error in found.missing.items():
        yield click.style(f"{name} can't be reached ({error.reason}): what is to do there is not known", fg="yellow")
    if found.empty:
        yield "nothing to do" + (" on the nodes that can be reached" if found.missing else "")
        return
    yield click.style("Differences", bold=True)
    yield from (f"  {line}" for line in _differences(found.differences))
    if found.stages:
        yield click.style("Steps", bold=True)
        yield from (f"  {line}" for line in plans.lines(found.stages))
    if found.services:
        yield click.style("Services, as Pacemaker foretells", bold=True)
        yield from (f"  {_fate(each)}" for each in found.services)
    elif found.untold and found.seen.running:
        yield f"What happens to the services can't be foretold: {found.untold}."
    yield from findings.lines(found.refused)


def _differences(found: Iterable[Difference]) -> Iterable[str]:
    last = ""
    for each in found:
        where = f"{each.where}{f' on {each.node}' if each.node else ''}"
        if where != last:
            yield where
            last = where
        yield f"  {each.place}: {_value(each.old)} → {_value(each.new)}"
        for note in (_WORDS[each.origin], _TAKES[each.takes] if each.takes else ""):
            if note:
                yield f"    {note}"


def _outlook(expected: Iterable[Expected]) -> Iterator[str]:
    """Tell what the spec's timing means for clients."""
    if expected:
        yield click.style("When something fails, clients go without an answer for about", bold=True)
    for name, group in groupby(expected, key=lambda each: each.service):
        yield f"  {name}: {'; '.join(_expected(each) for each in group)}"


def _expected(each: Expected) -> str:
    span = f"not noticed ({each.why})" if each.least is None else f"{each.least:g} to {each.most:g} s"
    return f"{each.fault} {span}"


def _value(value: str | None) -> str:
    return "nothing" if value is None else value


def _fate(each: Foreseen) -> str:
    places = {
        Effect.STARTS: f" on {each.target}",
        Effect.STOPS: f" on {each.source}",
        Effect.MOVES: f" from {each.source} to {each.target}",
    }
    default = f" on {each.source}" if each.source else ""
    text = f"{each.service} {each.effect}{places.get(each.effect, default)}"
    if each.outage is None:
        return text if each.effect is Effect.STOPS else f"{text}, no outage"
    return f"{text}: an outage of {each.outage.least:g} to {each.outage.most:g} s, {each.outage.limit:g} s at worst"


def plain(found: Foresight) -> dict[str, object]:
    """Give the plan as plain data; its shape stands in the manual (docs/plan.md)."""
    return {
        "cluster": found.seen.cluster.name,
        "changes": not found.empty,
        "unreachable": [{"node": name, "reason": error.reason} for name, error in found.missing.items()],
        "differences": [
            {
                "where": each.where,
                "node": each.node,
                "place": each.place,
                "old": each.old,
                "new": each.new,
                "origin": each.origin.value,
                "takes": each.takes.value if each.takes else "",
            }
            for each in found.differences
        ],
        "stages": [
            {
                "title": stage.title,
                "steps": [
                    {
                        "title": step.title,
                        "host": step.host,
                        "why": step.why,
                        "final": step.final,
                        "actions": [shown(action) for action in step.actions],
                    }
                    for step in stage.steps
                ],
            }
            for stage in found.stages
        ],
        "simulated": not found.untold,
        "untold": found.untold,
        "services": [_service(each) for each in found.services],
        "outlook": [
            {"service": e.service, "fault": e.fault.value, "least": e.least, "most": e.most, "why": e.why}
            for e in found.outlook
        ],
        "refused": [{"code": each.code, "text": each.text(), "remedy": each.remedy()} for each in found.refused],
    }


def _service(each: Foreseen) -> dict[str, object]:
    outage = each.outage
    return {
        "service": each.service,
        "effect": each.effect.name.lower(),
        "from": each.source,
        "to": each.target,
        "outage": {"least": outage.least, "most": outage.most, "limit": outage.limit} if outage else None,
    }
