"""Progress bars and step lines on a terminal, plain lines elsewhere; fed by events."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape

from hakit.core.event import Event, Note, StepDone


class Bars:
    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def hear(self, event: Event) -> None:
        match event:
            case StepDone():
                self._console.print(
                    f"{'ok  ' if event.ok else 'FAIL'} {escape(event.title)} {event.host} {event.seconds:.1f} s"
                )
            case Note():
                self._console.print(escape(event.text))
