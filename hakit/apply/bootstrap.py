"""Make hosts the wanted cluster: whatever is missing is done, and verified. The engine is that of every change."""

from __future__ import annotations

from hakit.apply import engine, lock, recording
from hakit.apply.engine import Agree, Refused, Result
from hakit.apply.operating.reins import Means
from hakit.apply.secrets import Ask
from hakit.core import Clock, ExitCode, HakitError, Listener, Runner
from hakit.model import Cluster
from hakit.observe.journal import Kind
from hakit.plan.terms import Terms

__all__ = ["Refused", "Result", "bootstrap"]


def bootstrap(  # noqa: PLR0913 - a run needs its cluster, its door, its clock, its audience and its consent
    cluster: Cluster,
    runner: Runner,
    *,
    clock: Clock,
    listener: Listener,
    agree: Agree,
    replace: bool = False,
    ask: Ask | None = None,
    text: str = "",
) -> Result:
    """Do whatever is missing, and verify; with the spec's `text`, it is noted in the cluster's history.

    `agree` is shown the whole plan and what preflight found worth knowing, once, before the first change. `ask` is
    asked for secrets that neither the model nor the cluster has.
    Raises Refused, CommandFailed, HostUnreachable, Busy, Changed, and HakitError when the person does not agree.
    """
    means, terms = Means(runner, clock, listener), Terms(replace=replace)
    first = engine.sight(cluster, means, terms, ask=ask)
    if not first.left:
        return engine.verified(first.goal, means, changed=False)
    first, found = engine.known(first, means, terms)
    if not agree(first.left, found):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    with lock.held(first.seen.hosts, runner) as lease:
        entry = recording.named(Kind.BOOTSTRAP, recording.lines(first.left))
        engine.finish(engine.again(first, means, terms, strict=False), means, terms, lease)
        result = engine.verified(first.goal, means, changed=True)
        if text:
            recording.made(entry, result.seen, text, runner)
    return result
