"""The loop that makes a cluster what it should be: look, plan what is missing, do one stage, look again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hakit import render
from hakit.apply import answers, glance, materials, quorum, secrets, stage, tools, verify
from hakit.apply.lock import Lease
from hakit.apply.look import look, look_at_some
from hakit.apply.operating.reins import Means
from hakit.apply.preflight import judge
from hakit.apply.secrets import Ask
from hakit.core import CommandFailed, DeadlinePassed, Finding, HakitError, wait_until
from hakit.model import Cluster
from hakit.observe import epoch
from hakit.plan.bootstrap import quorum as quorum_device
from hakit.plan.bootstrap.refusals import refusals
from hakit.plan.bootstrap.stages import START, stages
from hakit.plan.changes import rest
from hakit.plan.dialect import Dialect
from hakit.plan.health import report
from hakit.plan.health.services import OutOfService
from hakit.plan.preflight import reach
from hakit.plan.preflight.clusters import BrokenCorosyncConf, OtherCluster
from hakit.plan.seen import Seen
from hakit.plan.step import Stage
from hakit.plan.terms import Terms
from hakit.plan.wanted import Wanted, wanted

# Each round must leave something less to do; a change of every ring and of 32 nodes takes four rounds a node.
_ROUNDS = 200
ON = "mend that and give the same command again: it goes on from here; or go back: hakit rollback"
_AGAIN = "hakit plan shows how it stands now; then give the command again"
# Election, probes and starts on an idle cluster take seconds; a busy one is given this long, in seconds.
SETTLE = 120.0
# What one node was told and the others take over by themselves is given this long to show everywhere, in seconds.
_TAKEN = 20.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: the cluster as seen at the end, what is not right, and whether anything was done."""

    seen: Seen
    findings: tuple[Finding, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What is wanted, what was seen, and what is left to do."""

    goal: Wanted
    seen: Seen
    dialects: Mapping[str, Dialect]
    left: tuple[Stage, ...]

    @property
    def cib(self) -> str:
        """The live CIB; empty where the cluster doesn't run."""
        return self.seen.nodes[self.seen.running[0]].cib if self.seen.running else ""


class Refused(HakitError):
    """The hosts are not in a state in which they may be changed; holds the findings."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(
            "\n".join(("nothing was changed, because:", *(line for each in findings for line in _lines(each))))
        )
        self.findings = findings


class Changed(HakitError):
    """Somebody else changed the cluster since the plan was made."""

    def __init__(self, what: str) -> None:
        super().__init__(f"somebody else changed the cluster since the plan was made: {what}", hint=_AGAIN)


def _lines(finding: Finding) -> Iterator[str]:
    host = getattr(finding, "host", "")
    yield f"  {f'{host}: ' if host else ''}{finding.text()}"
    if finding.remedy():
        yield f"    → {finding.remedy()}"


def sight(
    cluster: Cluster,
    means: Means,
    terms: Terms,
    dialects: Mapping[str, Dialect] | None = None,
    *,
    ask: Ask | None = None,
) -> Sight:
    """Look, and say what is left to do; waits for a cluster that is starting. Raises Refused, HostUnreachable.

    Without dialects they are assumed: fit to see whether there is anything to do. `ask` is asked for secrets that neither
    the model nor the cluster has.
    """
    seen, missing = look_at_some(cluster, means.runner)
    if missing:
        raise Refused(tuple(reach.found(error) for error in missing.values()))
    if ask:
        cluster = secrets.completed(cluster, seen, ask)
        seen = dataclasses.replace(seen, cluster=cluster)
    found = judged(cluster, seen, means, terms, dialects or tools.assumed(seen))
    if found.left or seen.awake:
        return found
    seen = _awake(cluster, seen.started, means)
    return judged(cluster, seen, means, terms, dialects or tools.assumed(seen))


def judged(cluster: Cluster, seen: Seen, means: Means, terms: Terms, dialects: Mapping[str, Dialect]) -> Sight:
    """Say what is left to do about what was seen. Raises Refused."""
    goal = _wanted(cluster, seen, dialects, means)
    against = tuple(refusals(goal, seen, terms))
    if against:
        raise Refused(against)
    return Sight(goal, seen, dialects, stages(goal, seen, dialects))


def known(first: Sight, means: Means, terms: Terms) -> tuple[Sight, tuple[Finding, ...]]:
    """Ask what takes seconds, so only when something is to be done: the network, and which dialect the tool speaks.

    Gives what was seen, with the dialects, and what is worth knowing of it. Raises Refused.
    """
    with ThreadPoolExecutor(max_workers=1) as meanwhile:
        detected = meanwhile.submit(tools.detected, first.seen, means.runner)
        found = _preflight(first.goal.cluster, first.seen, means, terms)
    return judged(first.seen.cluster, first.seen, means, terms, detected.result()), found


def again(agreed: Sight, means: Means, terms: Terms, *, strict: bool) -> Sight:
    """Look again, now that nobody else may change it.

    With `strict`, insist that the plan is what was agreed to or less, and the CIB the same or nearer to the spec.
    Raises Changed.
    """
    now = sight(agreed.seen.cluster, means, terms, agreed.dialects)
    was, is_ = _differences(agreed), _differences(now)
    if was is not None and is_ is not None and not set(is_) <= set(was):
        raise Changed(f"{'; '.join(each for each in is_ if each not in was)}; nothing was changed by us")
    if (
        strict
        and is_ == was
        and epoch.of(now.cib) != epoch.of(agreed.cib)
        and render.content(now.cib) != render.content(agreed.cib)
    ):
        raise Changed("the CIB is another; nothing was changed by us")
    if strict and not set(_steps(now)) <= set(_steps(agreed)):
        raise Changed("there is something else to do now; nothing was changed by us")
    return now


def _steps(now: Sight) -> tuple[tuple[str, ...], ...]:
    return tuple((step.title, step.host) for each in now.left for step in each.steps)


def finish(first: Sight, means: Means, terms: Terms, lease: Lease) -> Sight:
    """Do what is left, stage by stage, looking behind each; returns the last look, at which nothing was left.

    Raises what a stage raises, Refused, Changed, and HakitError when a stage brings nothing.
    """
    now, agreed = first, _differences(first)
    for _ in range(_ROUNDS):
        if not now.left:
            return now
        agreed = _differences(now) if agreed is None else agreed
        if _differences(now) not in (agreed, (), None):
            raise Changed("; ".join(_differences(now) or ()))
        lease.insist()
        letting_go = now.left[0].title == rest.LET_GO
        _do(now, means)
        now = _taken(now, means, terms)
        # Our own stop may have switched fencing off for its time.
        agreed = None if letting_go else agreed
    raise HakitError(f"not finished after {_ROUNDS} rounds; something undoes what is done", hint="hakit status")


def _taken(before: Sight, means: Means, terms: Terms) -> Sight:
    """Look until what was done shows: a busy node reads corosync.conf again some time after the one that was asked.

    Raises HakitError when it doesn't show in time.
    """
    try:
        return wait_until(
            "what was done shows",
            lambda: _next(before, means, terms),
            lambda now: _names(now) != _names(before),
            clock=means.clock,
            timeout=_TAKEN,
            in_a_row=1,
        )
    except DeadlinePassed as error:
        what = before.left[0]
        raise HakitError(
            f"{what.title!r} was done, but is still needed after {_TAKEN:.0f} s: {what.steps[0].title}",
            hint="hakit status",
        ) from error


def _do(now: Sight, means: Means) -> None:
    what = now.left[0]
    try:
        # `pcs cluster start` starts the quorum device's client as well, which fails without its certificate.
        if what.title in {START, quorum_device.TITLE}:
            quorum.enroll(now.goal.cluster, means.runner, means.listener)
        stage.do(what, means.runner, means.listener)
        if what.title == quorum_device.TITLE:
            quorum.wait(tuple(step.host for step in what.steps), means.runner, means.clock)
    except CommandFailed as error:
        if epoch.asked(error.outcome.action):
            raise Changed("the CIB was changed while ours was on its way; it was left alone") from error
        raise


def _next(now: Sight, means: Means, terms: Terms) -> Sight:
    try:
        return sight(now.seen.cluster, means, terms, now.dialects)
    except Refused as refused:
        said = (line for each in refused.findings for line in _lines(each))
        raise HakitError("\n".join(("stopped on the way, because:", *said)), hint=ON) from refused


def _differences(now: Sight) -> tuple[str, ...] | None:
    """Say what differs in the running cluster's CIB: till our own change of it that stays as it was agreed to.

    None where the cluster doesn't run.
    """
    if not (now.cib and now.seen.awake):
        return None
    return render.differences(now.cib, now.goal.cluster)


def verified(goal: Wanted, means: Means, *, changed: bool) -> Result:
    """Wait until the cluster is as declared and ask every service's address. Raises HakitError with what is not so."""
    longest = max((s.timeouts.start + s.timeouts.stop for s in goal.cluster.services), default=0)
    seen = verify.settled(goal.cluster, means.runner, means.clock, timeout=SETTLE + (longest if changed else 0))
    unwell = tuple(answers.answers(seen, means.runner))
    return Result(seen, (*unwell, *report.findings(seen)), changed)


def names(stages_: tuple[Stage, ...]) -> tuple[tuple[str, ...], ...]:
    """Name the steps of stages: in which one, what, where and why."""
    return tuple((each.title, step.title, step.host, step.why) for each in stages_ for step in each.steps)


def _names(now: Sight) -> tuple[tuple[str, ...], ...]:
    return names(now.left[:1]) if now.left else (("nothing is left",),)


def _wanted(cluster: Cluster, seen: Seen, dialects: Mapping[str, Dialect], means: Means) -> Wanted:
    """Give what is wanted, driven by the tool that there is."""
    tool = next(dialect.tool for dialect in dialects.values())
    return wanted(dataclasses.replace(cluster, tool=tool), seen.hosts, materials.material(seen, means.runner))


def _preflight(cluster: Cluster, seen: Seen, means: Means, terms: Terms) -> tuple[Finding, ...]:
    """Give what is worth knowing; raise Refused with what stands in the way."""
    report_ = judge(cluster, means.runner, means.listener, seen.hosts)
    waived = (OtherCluster, BrokenCorosyncConf) if terms.replace else ()
    errors = tuple(finding for finding in report_.errors if not isinstance(finding, waived))
    if errors:
        raise Refused(errors)
    # What an operator stopped stays stopped; whoever agrees to the plan is to know it.
    resting = tuple(each for each in report.findings(seen) if isinstance(each, OutOfService))
    return (*(finding for finding in report_.findings if finding not in report_.errors), *resting)


def _awake(cluster: Cluster, started: tuple[str, ...], means: Means) -> Seen:
    """Wait for what was started to answer and to have elected a controller, and look."""
    wait_until(
        "the started nodes answer and have elected a controller",
        lambda: glance.glance(started, means.runner),
        glance.elected,
        clock=means.clock,
        timeout=SETTLE,
        every=0.3,
        in_a_row=1,
    )
    return look(cluster, means.runner)


Agree = Callable[[tuple[Stage, ...], tuple[Finding, ...]], bool]
