"""The base of all faults of a spec file, and the error that carries them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hakit.core.errors import ExitCode, HakitError
from hakit.core.finding import Finding
from hakit.spec.place import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecFault(Finding):
    """Something in a spec file that hakit can't accept, and where. Codes are HK1xx."""

    consequence: ClassVar[bool] = False
    """Whether it only follows when something below its path, or a misspelt name for it, is wrong as well."""

    place: Place

    def line(self) -> str:
        """Say place, fault and remedy in one line: `FILE:LINE:COL: path: fault; remedy`."""
        said = f"{self.place}: {self.text()}"
        return f"{said}; {self.remedy()}" if self.remedy() else said


class SpecRefused(HakitError):
    """A spec file has faults; the message is one line per fault, in the order of the file."""

    def __init__(self, faults: Sequence[SpecFault]) -> None:
        super().__init__("\n".join(fault.line() for fault in faults), code=ExitCode.SPEC)
        self.faults = tuple(faults)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` was probably meant to be, or nothing."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def did_you_mean(meant: str) -> str:
    """Word a suggestion; empty without one."""
    return f"did you mean '{meant}'?" if meant else ""
