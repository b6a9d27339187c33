"""Make hosts the wanted cluster: look, plan what is missing, do one stage, look again, until nothing is left."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hakit.apply import glance, materials, secrets, stage, tools, verify
from hakit.apply.look import look, look_at_some
from hakit.apply.preflight import judge
from hakit.apply.secrets import Ask
from hakit.core import Clock, ExitCode, Finding, HakitError, Listener, Runner, wait_until
from hakit.model import Cluster
from hakit.plan.bootstrap.refusals import refusals
from hakit.plan.bootstrap.stages import stages
from hakit.plan.dialect import Dialect
from hakit.plan.health import report
from hakit.plan.health.services import OutOfService
from hakit.plan.preflight import reach
from hakit.plan.preflight.clusters import BrokenCorosyncConf, OtherCluster
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.wanted import Wanted, wanted

# More than there are stages; each round must leave something less to do.
_ROUNDS = 12
# Election, probes and starts on an idle cluster take seconds; a busy one is given this long, in seconds.
_SETTLE = 120.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: the cluster as seen at the end, what is not right, and whether anything was done."""

    seen: Seen
    findings: tuple[Finding, ...]
    changed: bool


class Refused(HakitError):
    """The hosts are not in a state in which they may be changed; holds the findings."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(
            "\n".join(("nothing was changed, because:", *(line for each in findings for line in _lines(each))))
        )
        self.findings = findings


def _lines(finding: Finding) -> Iterator[str]:
    host = getattr(finding, "host", "")
    yield f"  {f'{host}: ' if host else ''}{finding.text()}"
    if finding.remedy():
        yield f"    → {finding.remedy()}"


def bootstrap(  # noqa: PLR0913 - a run needs its cluster, its door, its clock, its audience and its consent
    cluster: Cluster,
    runner: Runner,
    *,
    clock: Clock,
    listener: Listener,
    agree: Callable[[tuple[Stage, ...], tuple[Finding, ...]], bool],
    replace: bool = False,
    ask: Ask | None = None,
) -> Result:
    """Do whatever is missing, and verify.

    `agree` is shown the whole plan and what preflight found worth knowing, once, before the first change. `ask` is
    asked for secrets that neither the model nor the cluster has.
    Raises Refused, CommandFailed, HostUnreachable, and HakitError when the person does not agree.
    """
    agreed = False
    last: tuple[Stage, ...] = ()
    seen = _look(cluster, runner)
    if ask:
        cluster = secrets.completed(cluster, seen, ask)
        seen = dataclasses.replace(seen, cluster=cluster)
    dialects = tools.assumed(seen)
    for _ in range(_ROUNDS):
        goal = _wanted(seen, dialects, runner)
        against = tuple(refusals(goal, seen, replace=replace))
        if against:
            raise Refused(against)
        left = stages(goal, seen, dialects)
        if not left and not seen.awake:
            seen = _awake(cluster, seen.started, runner, clock)
            continue
        if not left:
            return _verified(goal, runner, clock, changed=agreed)
        if not agreed:
            # Asking the network and pcs takes seconds, so only when something is to be done.
            found = _preflight(goal.cluster, seen, runner, listener, replace=replace)
            dialects = tools.detected(seen, runner)
            left = stages(_wanted(seen, dialects, runner), seen, dialects)
            if not agree(left, found):
                raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
            agreed = True
        if _same(left, last):
            raise HakitError(
                f"{left[0].title!r} was done, but is still needed: {left[0].steps[0].title}", hint="hakit status"
            )
        stage.do(left[0], runner, listener)
        last = left
        seen = look(cluster, runner)
    raise HakitError(f"not finished after {_ROUNDS} rounds; something undoes what is done", hint="hakit status")


def _wanted(seen: Seen, dialects: Mapping[str, Dialect], runner: Runner) -> Wanted:
    """Give what is wanted, driven by the tool that there is."""
    tool = next(dialect.tool for dialect in dialects.values())
    cluster = dataclasses.replace(seen.cluster, tool=tool)
    return wanted(cluster, seen.hosts, materials.material(seen, runner))


def _look(cluster: Cluster, runner: Runner) -> Seen:
    seen, missing = look_at_some(cluster, runner)
    if missing:
        raise Refused(tuple(reach.found(error) for error in missing.values()))
    return seen


def _preflight(
    cluster: Cluster, seen: Seen, runner: Runner, listener: Listener, *, replace: bool
) -> tuple[Finding, ...]:
    """Give what is worth knowing; raise Refused with what stands in the way."""
    report_ = judge(cluster, runner, listener, seen.hosts)
    waived = (OtherCluster, BrokenCorosyncConf) if replace else ()
    errors = tuple(finding for finding in report_.errors if not isinstance(finding, waived))
    if errors:
        raise Refused(errors)
    # What an operator stopped stays stopped; whoever agrees to the plan is to know it.
    resting = tuple(each for each in report.findings(seen) if isinstance(each, OutOfService))
    return (*(finding for finding in report_.findings if finding not in report_.errors), *resting)


def _awake(cluster: Cluster, started: tuple[str, ...], runner: Runner, clock: Clock) -> Seen:
    """Wait for what was started to answer and to have elected a controller, and look."""
    wait_until(
        "the started nodes answer and have elected a controller",
        lambda: glance.glance(started, runner),
        glance.elected,
        clock=clock,
        timeout=_SETTLE,
        every=0.3,
        in_a_row=1,
    )
    return look(cluster, runner)


def _same(now: tuple[Stage, ...], before: tuple[Stage, ...]) -> bool:
    def names(stages_: tuple[Stage, ...]) -> list[tuple[str, str]]:
        return [(step.title, step.host) for step in stages_[0].steps] if stages_ else []

    return names(now) == names(before)


def _verified(goal: Wanted, runner: Runner, clock: Clock, *, changed: bool) -> Result:
    longest = max((s.timeouts.start + s.timeouts.stop for s in goal.cluster.services), default=0)
    seen = verify.settled(goal.cluster, runner, clock, timeout=_SETTLE + (longest if changed else 0))
    silent = tuple(verify.answers(seen, runner))
    return Result(seen, (*silent, *report.findings(seen)), changed)
