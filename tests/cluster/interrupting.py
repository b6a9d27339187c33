"""An apply that is followed by its own events, so that a fault meets it exactly where it is meant to; and a client meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from hakit.core import SystemClock
from hakit.drill import question
from hakit.drill.client import Client as Asker
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.report.outage import outages
from tests.cluster.command import Hakit
from tests.cluster.conftest import ORIGIN

Event = dict[str, Any]
# Seconds that an answer may take: what a busy machine makes slow is no outage, what is refused is one at once.
PATIENCE = 3.0
# Seconds into a step, of which the shortest takes twice as long, and into what has no steps of its own.
_INTO_STEP = 0.08
_INTO_REST = 0.8


class Moment(StrEnum):
    """Where in an apply."""

    LOCKED = "between the plan and the first stage"
    BEFORE = "before"
    WITHIN = "within"
    AFTER = "after"
    VERIFYING = "while it verifies"


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a stage; the stage is None for what has none."""

    moment: Moment
    stage: Event | None = None

    def __str__(self) -> str:
        return f"{self.moment} {self.stage['title']}" if self.stage else self.moment.value


def points(plan: Event) -> list[Point]:
    """Give all points of a plan, as `hakit apply --json` tells it, in their order."""
    around = [
        Point(moment, stage) for stage in plan["stages"] for moment in (Moment.BEFORE, Moment.WITHIN, Moment.AFTER)
    ]
    return [Point(Moment.LOCKED), *around, Point(Moment.VERIFYING)]


class Applying:
    """`hakit apply --yes --json` as a process under way; it must not be left behind."""

    def __init__(self, hakit: Hakit, spec: str) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self.process = subprocess.Popen(
            hakit.argv("apply", "--yes", "--json", spec),
            env=hakit.env, stdout=subprocess.PIPE, stderr=self._said, text=True,
        )  # fmt: skip
        self.plan: Event = {}
        self._told: list[Event] = []

    def __enter__(self) -> Self:
        """Read as far as the plan."""
        try:
            self.plan = self._until(lambda event: event["event"] == "plan")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.communicate()
        self._said.close()

    @property
    def stderr(self) -> str:
        self._said.seek(0)
        return self._said.read()

    def reach(self, point: Point, *, sooner: int = 1) -> None:
        """Go on until it is there; by so many times sooner within what has a length."""
        last = self.plan["stages"][-1]
        stage = point.stage or last
        if point.moment is not Moment.LOCKED:
            self._until(lambda event: event["event"] == "stage" and event["title"] == stage["title"])
        if point.moment is Moment.WITHIN:
            self._until(lambda event: event["event"] == "step")
        for _ in stage["steps"] if point.moment in {Moment.AFTER, Moment.VERIFYING} else ():
            self._until(lambda event: event["event"] == "step done")
        rest = {Moment.LOCKED: _INTO_REST, Moment.VERIFYING: _INTO_REST, Moment.WITHIN: _INTO_STEP}
        time.sleep(rest.get(point.moment, 0.0) / sooner)  # noqa: TID251 - into the middle of it

    def killed(self, point: Point, *, sooner: int = 1) -> bool:
        """Kill it there, and say whether it met it there: it was still at that point, and died of it."""
        self.reach(point, sooner=sooner)
        self.process.send_signal(signal.SIGKILL)
        before = len(self._told)
        self._drain()
        assert self.process.wait(timeout=10) == -signal.SIGKILL, f"{point}: it had ended by itself\n{self.stderr}"
        return not self._passed(point, self._told[before:])

    def ended(self, timeout: float) -> int:
        """Let it go on to its end; gives the exit code."""
        self._drain()
        return self.process.wait(timeout=timeout)

    @staticmethod
    def _passed(point: Point, later: list[Event]) -> bool:
        """Say whether the later events show that it was beyond the point already."""
        beyond = {
            Moment.LOCKED: {"stage"},
            Moment.BEFORE: {"step done"},
            Moment.WITHIN: {"step done"},
            Moment.AFTER: {"stage"},
            Moment.VERIFYING: {"result"},
        }
        return any(event["event"] in beyond[point.moment] for event in later)

    def _until(self, wanted: Callable[[Event], bool]) -> Event:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._told.append(json.loads(line))
            if wanted(self._told[-1]):
                return self._told[-1]
        raise AssertionError(f"it ended before: {self._told[-1:]}\n{self.stderr}")

    def _drain(self) -> None:
        assert self.process.stdout is not None
        self._told += [json.loads(line) for line in self.process.stdout if line.endswith("\n")]


@contextmanager
def asked(lab: Lab) -> Iterator[list[float]]:
    """Fetch a page through squid's address all the while, as its clients do; behind the body: how long each outage was.

    One that has no end is infinite.
    """
    about = replace(question.of(str(layout.VIP), 3128, f"{ORIGIN}/ping"), patience=PATIENCE)
    found: list[float] = []
    with Asker(lab.client_argv(()), about, SystemClock()) as asker:
        asker.baseline(60.0)
        yield found
        asker.wait_steady(1.0, timeout=30.0)
    found += [float("inf") if each.seconds is None else each.seconds for each in outages(asker.answers)]
