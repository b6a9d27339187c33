"""Do one stage: all its steps side by side, a few per host at a time."""

from __future__ import annotations

import concurrent.futures
import time
from collections import defaultdict
from threading import Semaphore

from hakit.core import CommandFailed, HakitError, Listener, Outcome, Runner
from hakit.core.event import StageStarted, StepDone, StepStarted
from hakit.plan.step import Stage, Step

# sshd serves ten sessions per connection (sshd_config(5), MaxSessions); some are left for the person at the keyboard.
_PER_HOST = 4


def do(stage: Stage, runner: Runner, listener: Listener) -> None:
    """Do the stage to its end. Raises the first failure, in the steps' order, once all steps have ended."""
    listener.hear(StageStarted(stage.title, len(stage.steps)))
    doors: dict[str, Semaphore] = defaultdict(lambda: Semaphore(_PER_HOST))
    for step in stage.steps:
        doors[step.host]  # made here, so that the threads only read

    def one(step: Step) -> HakitError | None:
        with doors[step.host]:
            return _step(step, runner, listener)

    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(stage.steps))) as pool:
        failures = [failure for failure in pool.map(one, stage.steps) if failure]
    if failures:
        raise failures[0]


def _step(step: Step, runner: Runner, listener: Listener) -> HakitError | None:
    listener.hear(StepStarted(step.title, step.host, step.why))
    start = time.monotonic()
    outcomes: tuple[Outcome, ...] = ()
    failure: HakitError | None = None
    try:
        outcomes = runner.batch(step.host, step.actions)
        if not outcomes[-1].ok:
            failure = CommandFailed(
                outcomes[-1], hint="mend what it says and give the same command again: it goes on from here"
            )
    except HakitError as error:
        failure = error
    listener.hear(StepDone(step.title, step.host, time.monotonic() - start, failure is None, outcomes))
    return failure
