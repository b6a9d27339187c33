"""The client at work: its answers as they come, read into facts."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from hakit.core import Clock, DeadlinePassed, HakitError
from hakit.drill.question import Question
from hakit.report.record import Answer, Claim
from hakit.run.stream import Stream

_LONGEST = 3600.0


class Client:
    """Asks, as a context, from where `way` leads, empty for this machine; `ahead` is how many seconds its clock is of ours."""

    def __init__(self, way: Sequence[str], question: Question, clock: Clock, *, ahead: float = 0.0) -> None:
        self._question = question
        self._stream = Stream(way, question.program(_LONGEST))
        self._clock = clock
        self._ahead = ahead
        self._read = 0
        self.answers: list[Answer] = []
        self.claims: list[Claim] = []
        self.cost = 0.0

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._stream.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop asking, and read what is left."""
        self._stream.stop()
        self.look()

    def look(self) -> None:
        """Read what has come since the last look."""
        lines = self._stream.lines(self._read)
        self._read += len(lines)
        for line in lines:
            with suppress(ValueError, IndexError):
                self._take(json.loads(line))

    def _take(self, said: list[object]) -> None:
        match said:
            case ["a", float() | int() as asked, float() | int() as ended, ok, str() as words]:
                self.answers.append(Answer(asked - self._ahead, ended - self._ahead, bool(ok), words))
            case ["m", float() | int() as when, list() as macs]:
                self.claims.append(Claim(when - self._ahead, tuple(str(mac) for mac in macs)))
            case ["c", _, float() | int() as cost]:
                self.cost = float(cost)
            case _:
                pass

    def steady(self, seconds: float, *, since: float = 0.0) -> bool:
        """Say whether every question of the last so many seconds, and after `since`, was answered."""
        self.look()
        now = time.time()
        recent = [each for each in self.answers[-int(4 * seconds / self._question.every) :] if each.asked > since]
        good = [each for each in recent if each.ok and each.asked > now - seconds - self._question.patience]
        late = [each for each in recent if not each.ok and each.ended > now - seconds]
        return not late and len(good) >= 0.5 * seconds / self._question.every

    def wait_steady(self, seconds: float, *, since: float = 0.0, timeout: float) -> bool:
        """Wait until it is so; say whether it came about. Raises HakitError when the client itself has ended."""
        end = self._clock.now() + timeout
        while not self.steady(seconds, since=since):
            if self._stream.ended:
                raise HakitError(f"the client that asks has ended: {self._stream.ended}")
            if self._clock.now() >= end:
                return False
            self._clock.sleep(0.05)
        return True

    def baseline(self, timeout: float) -> None:
        """Insist on a second without a flaw before anything is broken. Raises HakitError."""
        if not self.wait_steady(1.0, timeout=timeout):
            last = self.answers[-1] if self.answers else None
            words = "it heard nothing" if last is None else last.words or "answers come and go"
            raise DeadlinePassed(f"a client gets {self._question.words}", timeout, words)
