"""A change as programs follow it: each event a line of JSON on stdout, as it happens, and the result as the last one."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Sequence
from contextlib import suppress

import click

from hakit.apply.change import Done, RolledBack
from hakit.apply.foresight import Foresight
from hakit.apply.observing import Watched
from hakit.cli import findings, history, plan
from hakit.core import Finding, HakitError, Listener
from hakit.core.event import Event, Note, StageStarted, StepDone, StepStarted
from hakit.observe.journal import Entry, Result


class Lines:
    """A listener that prints what it hears as lines of JSON; their shape stands in the manual (docs/applying.md).

    `beside` hears everything as well. Who stops reading the lines does not stop the change.
    """

    def __init__(self, beside: Listener) -> None:
        self._beside = beside
        self._lock = threading.Lock()

    def hear(self, event: Event) -> None:
        """Print one event, if programs have a use for it."""
        match event:
            case StageStarted():
                self._print("stage", title=event.title, steps=event.total)
            case StepStarted():
                self._print("step", title=event.title, host=event.host, why=event.why)
            case StepDone():
                self._print(
                    "step done", title=event.title, host=event.host, seconds=round(event.seconds, 3), ok=event.ok
                )
            case Note():
                self._print("note", text=event.text, warning=event.warning)
            case _:
                pass
        self._beside.hear(event)

    def planned(self, foreseen: Foresight, found: Sequence[Finding]) -> None:
        """Print the plan, as `hakit plan --json` has it, and what preflight found worth knowing."""
        self._print("plan", **plan.plain(foreseen), findings=[findings.plain(each) for each in found])

    def done(self, done: Done) -> None:
        """Print what came of it."""
        result = done.entry.result.value if done.entry else "nothing to do"
        self._result(result, done.entry, done.outages, found=done.result.findings)

    def failed(self, error: HakitError) -> None:
        """Print why nothing came of it, or not what was wanted."""
        if isinstance(error, RolledBack):
            self._result(Result.ROLLED_BACK.value, error.entry, error.outages, why=error.why, hint=error.hint)
        else:
            self._result(Result.FAILED.value, None, (), why=error.message, hint=error.hint)

    def _result(  # noqa: PLR0913 - what a result has
        self,
        result: str,
        entry: Entry | None,
        outages: Sequence[Watched],
        *,
        found: Sequence[Finding] = (),
        why: str = "",
        hint: str = "",
    ) -> None:
        self._print(
            "result",
            result=result,
            change=history.entry_plain(entry) if entry else None,
            outages=[_outage(each) for each in outages],
            findings=[findings.plain(each) for each in found],
            why=why,
            hint=hint,
        )

    def _print(self, event: str, **said: object) -> None:
        line = json.dumps({"event": event, **said}, ensure_ascii=False)
        with self._lock, suppress(OSError):
            click.echo(line)


def _outage(each: Watched) -> dict[str, object]:
    """Give an outage as `hakit switchover --json` has it, with the service's name and where it is now."""
    return {"service": each.service, **dataclasses.asdict(each.outage), "instead": each.instead}
