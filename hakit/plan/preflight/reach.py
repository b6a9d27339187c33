"""Hosts that can't be looked at."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import HostUnreachable
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreachable(OnHost):
    """ssh doesn't get there, or isn't let in."""

    code = "HK201"
    matters = "hakit acts on the nodes over ssh only; what cannot be reached cannot be looked at, let alone prepared."
    cure = "try it by hand: ssh HOST true"
    see = "ssh(1)"
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
    matters = "A host that proves to be another one could be given the cluster's keys."
    cure = "compare the fingerprint with the host's own; ssh-keygen -R HOST forgets an old key, ssh HOST asks for a new one"
    see = "ssh(1), VERIFYING HOST KEYS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable(OnHost):
    """The host was reached but did not answer as a Linux host with systemd does."""

    code = "HK203"
    matters = "Without an answer in the usual form, every judgement about the host would be a guess."
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
