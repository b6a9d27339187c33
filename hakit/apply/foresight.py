"""What `apply` would do and what would come of it, without doing any of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from hakit import render
from hakit.apply import materials, tools
from hakit.apply.look import look_at_reachable
from hakit.core import Finding, HostUnreachable, Runner
from hakit.model import Cluster, SbdFencing, Service
from hakit.observe import durations, simulate
from hakit.plan import outlook
from hakit.plan.bootstrap.refusals import refusals
from hakit.plan.bootstrap.stages import stages
from hakit.plan.changes import differences, effects
from hakit.plan.changes.differences import Difference
from hakit.plan.changes.effects import Foreseen
from hakit.plan.outlook import Expected
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.terms import Terms
from hakit.plan.wanted import Wanted, wanted


@dataclass(frozen=True, slots=True)
class Foresight:
    """A plan with its reasons and its consequences.

    `services` is empty where the cluster doesn't run, or where nobody could foretell it: then `untold` says why.
    """

    seen: Seen
    missing: Mapping[str, HostUnreachable]
    differences: tuple[Difference, ...]
    stages: tuple[Stage, ...]
    services: tuple[Foreseen, ...]
    untold: str
    refused: tuple[Finding, ...]
    outlook: tuple[Expected, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do, as far as it can be seen."""
        return not self.stages and not self.differences

    def lines(self) -> tuple[str, ...]:
        """Say in a line each what differs; where nothing but hosts lacks something, the steps."""
        said = tuple(f"{each.place}: {_value(each.old)} → {_value(each.new)}" for each in self.differences)
        return said or tuple(dict.fromkeys(step.title for stage in self.stages for step in stage.steps))


def _value(value: str | None) -> str:
    return "nothing" if value is None else value


def foresee(cluster: Cluster, runner: Runner, *, applied: Cluster | None = None) -> Foresight:
    """Look, plan and let Pacemaker foretell; nothing is changed. `applied` is the spec that was last in force.

    Raises HakitError when no node can be reached.
    """
    seen, missing = look_at_reachable(cluster, runner)
    dialects = tools.assumed(seen)
    tool = next(dialect.tool for dialect in dialects.values())
    goal = wanted(dataclasses.replace(cluster, tool=tool), seen.hosts, materials.material(seen, runner))
    found = foretell(goal, seen, stages(goal, seen, dialects), runner, applied)
    terms = Terms(live=True, applied=applied)
    return dataclasses.replace(found, missing=missing, refused=tuple(refusals(goal, seen, terms)))


def foretell(goal: Wanted, seen: Seen, left: tuple[Stage, ...], runner: Runner, applied: Cluster | None) -> Foresight:
    """Give the reasons and consequences of what is left to do."""
    told, untold = _foretold(goal, seen, runner)
    took = durations.parse(_cib(seen)) if told else {}
    services = tuple(effects.foresee(_before(goal.cluster, seen), goal.cluster, told, took)) if told else ()
    found = tuple(differences.differences(goal, seen, applied))
    return Foresight(seen, {}, found, left, services, untold, (), tuple(outlook.outlook(goal.cluster)))


def _cib(seen: Seen) -> str:
    return seen.nodes[seen.running[0]].cib if seen.running else ""


def _foretold(goal: Wanted, seen: Seen, runner: Runner) -> tuple[simulate.Foretold | None, str]:
    """Let crm_simulate on a node say what Pacemaker would make of the new CIB, or say why it can't.

    Nodes that leave stand aside in it.
    """
    if not (seen.running and seen.awake):
        return None, "the cluster doesn't run, or not every node that was started has joined"
    new = render.merged(_cib(seen), goal.cluster)
    if isinstance(goal.cluster.fencing, SbdFencing):
        new = render.watched(new)
    if seen.leaving:
        new = render.aside(new, tuple(seen.leaving))
    if told := simulate.only_starts(runner.run(seen.running[0], simulate.decisions(new)).stdout):
        return told, ""
    outcome = runner.run(seen.running[0], simulate.command(new))
    told = simulate.parse(outcome.stdout)
    return told, "" if told else simulate.untold(outcome)


def _before(goal: Cluster, seen: Seen) -> tuple[Service, ...]:
    """Give the groups that the cluster has and the spec doesn't, as far as they look like services of ours."""
    known = {service.name for service in goal.services}
    groups = dict.fromkeys(each.group for each in (seen.state.resources if seen.state else ()) if each.group)
    return tuple(Service(name, f"{name}.service") for name in groups if name not in known)
