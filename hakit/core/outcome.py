"""What came of an action, able to explain itself, and the door through which all actions go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hakit.core.action import Action, Get, shown
from hakit.core.errors import HakitError


@dataclass(frozen=True, slots=True)
class Outcome:
    """Host, action, exit code, both streams and how long it took, in seconds.

    `timed_out` says that the action's own deadline ended it (then `code` is -1).
    """

    host: str
    action: Action
    code: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether the code is one that the action calls fine."""
        return not self.timed_out and self.code in self.action.ok_codes

    def explain(self) -> str:
        """Say in a few lines what was run where, what it answered and how it ended."""
        end = f"no answer within {self.action.timeout:g} s" if self.timed_out else f"exit code {self.code}"
        lines = [f"{self.host}: {shown(self.action)}", f"  {end} after {self.seconds:.1f} s"]
        secret = isinstance(self.action, Get) and self.action.secret
        said = (self.stderr.strip() or ("" if secret else self.stdout.strip())).splitlines()
        return "\n".join([*lines, *(f"  | {line}" for line in said[-20:])])


class CommandFailed(HakitError):
    """An action ended otherwise than it may; holds the outcome."""

    def __init__(self, outcome: Outcome, *, hint: str = "") -> None:
        super().__init__(outcome.explain(), hint=hint)
        self.outcome = outcome


class HostUnreachable(HakitError):
    """A host could not be reached or logged into at all; nothing is known of it."""

    def __init__(self, host: str, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{host}: {reason}", hint=hint)
        self.host = host
        self.reason = reason


class Runner(Protocol):
    """The door to the hosts. Only `hakit.run` implements it for real."""

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        """Do the actions on the host one after the other in one trip.

        Stops behind the first outcome that is not ok, unless `keep_going`. Raises HostUnreachable.
        """

    def run(self, host: str, action: Action) -> Outcome:
        """Do one action. Raises HostUnreachable; a bad exit code is in the outcome, not raised."""
