"""Hosts that can't be looked at."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import HostUnreachable
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreachable(OnHost):
    """ssh doesn't get there, or isn't let in."""

    code = "HK201"
    reason: str
    hint: str = ""

    def text(self) -> str:
        """Say it."""
        return self.reason

    def remedy(self) -> str:
        """Say what to do."""
        return self.hint or f"try it by hand: ssh {self.host} true"


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongHostKey(Unreachable):
    """The host's key is unknown or another than known_hosts has: it may not be the host it should be."""

    code = "HK202"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable(OnHost):
    """The host was reached but did not answer as a Linux host with systemd does."""

    code = "HK203"
    explanation: str

    def text(self) -> str:
        """Say it, with what was run and what came back."""
        return f"it could not be looked at\n{self.explanation}"

    def remedy(self) -> str:
        """Say what to do."""
        return "hakit needs python3, iproute2 and systemd on every node"


def found(error: HostUnreachable) -> Unreachable:
    """Make the finding for a host that wasn't reached."""
    kind = WrongHostKey if "host key" in error.reason else Unreachable
    return kind(host=error.host, reason=error.reason, hint=error.hint)
