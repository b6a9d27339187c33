"""The one error that people see, and the exit codes."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What a hakit process returns; the table in the manual is made from this."""

    DECLARED = 0, "everything is as declared, or was made so"
    DIFFERENT = 1, "drift found, cluster degraded, or a drill failed"
    USAGE = 2, "the command line is wrong"
    SPEC = 3, "the spec file has faults"
    HOST = 4, "a host or the cluster refused, failed or did not answer"
    BUG = 70, "a bug in hakit"

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Keep the meaning beside the number."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code


class HakitError(Exception):
    """A known failure: one line of what happened, a hint of what to do, and the code to exit with."""

    def __init__(self, message: str, *, hint: str = "", code: ExitCode = ExitCode.HOST) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
