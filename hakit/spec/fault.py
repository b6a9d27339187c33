"""The base of all faults of a spec file, and the error that carries them."""

from __future__ import annotations

import bisect
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
        whole = f"{said}; {self.remedy()}" if self.remedy() else said
        # What the file holds is quoted here: nothing of it may break the line or speak to the terminal.
        return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in whole)


class SpecRefused(HakitError):
    """A spec file has faults; the message says how many, and below that one line each, in the order of the file."""

    def __init__(self, faults: Sequence[SpecFault]) -> None:
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        file = faults[0].place.file if faults else "the spec file"
        super().__init__("\n".join((f"{file} has {count}", *(fault.line() for fault in faults))), code=ExitCode.SPEC)
        self.faults = tuple(faults)


# Among more names than that only the neighbours in the alphabet are compared: difflib takes 10 ms for a thousand.
_MANY = 64


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` was probably meant to be, or nothing."""
    by_lower = {name.lower(): name for name in known}
    if len(by_lower) > _MANY:
        ordered = sorted(by_lower)
        middle = bisect.bisect(ordered, word.lower())
        near = ordered[max(0, middle - _MANY // 2) : middle + _MANY // 2]
        by_lower = {name: by_lower[name] for name in near}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def did_you_mean(meant: str) -> str:
    """Word a suggestion; empty without one."""
    return f"did you mean '{meant}'?" if meant else ""
