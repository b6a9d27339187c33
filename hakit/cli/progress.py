"""Bars while something long goes on at a terminal, plain lines elsewhere; fed by events."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console
from rich.markup import escape

from hakit.core.event import Event, Note, Progress, StageStarted, StepDone, StepStarted


class Bars:
    """A listener with one bar per stage and long step, and a line for each step that is done; all on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, emoji=False)
        self._live = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=30),
            progress.TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, progress.TaskID] = {}
        self._stage: progress.TaskID | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away; the lines stay."""
        self._live.stop()

    def hear(self, event: Event) -> None:
        """Draw one event."""
        with self._lock:
            self._draw(event)

    def _draw(self, event: Event) -> None:
        match event:
            case StageStarted():
                self._stage = self._live.add_task(escape(event.title), total=event.total)
            case StepStarted():
                name = _name(event.title, event.host)
                self._tasks[name] = self._live.add_task(escape(name), total=None)
            case Progress():
                for name, task in self._tasks.items():
                    if name.startswith(event.title):
                        self._live.update(task, completed=event.done, total=event.total or None)
            case StepDone():
                self._done(event)
            case Note():
                mark = "[yellow]![/yellow]" if event.warning else " "
                self._console.print(f"{mark} {escape(event.text)}", soft_wrap=True)

    def _done(self, event: StepDone) -> None:
        name = _name(event.title, event.host)
        task = self._tasks.pop(name, None)
        if task is not None:
            self._live.remove_task(task)
        if self._stage is not None:
            self._live.advance(self._stage)
        mark = "[green]✓[/green]" if event.ok else "[red]✗[/red]"
        self._console.print(f"{mark} {escape(name)} [dim]{event.seconds:.1f} s[/dim]")


def _name(title: str, host: str) -> str:
    return f"{title}: {host}" if host else title
