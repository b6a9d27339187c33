"""A program that goes on while others work: its lines as they come, until it is told to stop."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from hakit.core import HakitError
from hakit.run.machine import environment

_PATIENCE = 5.0  # seconds that it gets to end before it is killed


class Stream:
    """Runs a Python program on this machine, or where `way` leads (`ssh HOST`, `nsenter …`); keeps its lines.

    The program is handed to `python3 -I -S -`. Lines are there as soon as they are whole. Use it as a context.
    """

    def __init__(self, way: Sequence[str], program: str) -> None:
        self._argv = (*way, "python3", "-I", "-S", "-")
        self._program = program
        self._lines: list[str] = []
        self._said: list[str] = []
        self._child: subprocess.Popen[str] | None = None
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Start it. Raises HakitError where the way's program is not there."""
        try:
            child = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, env=environment(), start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise HakitError(f"{self._argv[0]} is not installed on this machine") from error
        self._child = child
        for stream, kept in ((child.stdout, self._lines), (child.stderr, self._said)):
            reader = threading.Thread(target=_take, args=(stream, kept), daemon=True)
            reader.start()
            self._readers.append(reader)
        if child.stdin:
            child.stdin.write(self._program)
            child.stdin.close()
        return self

    def lines(self, start: int = 0) -> list[str]:
        """Return the lines that have come so far, from the one of that number on."""
        return self._lines[start:]

    @property
    def ended(self) -> str:
        """Say how it ended, in words; empty while it runs."""
        if self._child is None or self._child.poll() is None:
            return ""
        return " ".join(self._said[-3:]).strip() or f"exit code {self._child.returncode}"

    def stop(self) -> None:
        """End it, and keep what it still had to say."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        for reader in self._readers:
            reader.join(timeout=_PATIENCE)
        for stream in (self._child.stdout, self._child.stderr):
            if stream:
                stream.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()


def _take(stream: Iterable[str] | None, kept: list[str]) -> None:
    for line in stream or ():
        kept.append(line)  # noqa: PERF402 - each is to be there at once
