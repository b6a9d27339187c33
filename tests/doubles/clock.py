"""A clock that only moves when somebody sleeps."""

from __future__ import annotations


class FakeClock:
    """Seconds pass by `sleep` alone; `slept` keeps every sleep. More than `patience` of them are a failed test."""

    def __init__(self, patience: int = 100) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self._patience = patience

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.time += seconds
        assert len(self.slept) <= self._patience, "it waits for what does not come"
