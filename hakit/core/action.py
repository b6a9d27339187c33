"""What can be asked of a host: run a command, read, write or remove a file. Values, never shell text."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field


class Secret(str):
    """Text that is handed to a child or a file but never shown, logged or put into an error."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'•••'"


@dataclass(frozen=True, slots=True)
class Command:
    """One process on one host.

    `timeout` is in seconds and always applies; `ok_codes` says which exit codes are fine, so that no caller
    has to. `changes_state` is False for what only reads.
    """

    argv: tuple[str, ...]
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    ok_codes: frozenset[int] = frozenset({0})
    timeout: float = 60.0
    changes_state: bool = True


@dataclass(frozen=True, slots=True)
class Get:
    """Read a file. The outcome's code is 2 (ENOENT) when there is none; a `secret` one is never shown.

    The text is latin-1 when `binary`, so that every byte survives.
    """

    path: str
    secret: bool = False
    binary: bool = False
    timeout: float = 20.0
    ok_codes: frozenset[int] = frozenset({0, 2})
    changes_state: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """SHA-256 of a file: stdout is `HEX MODE OWNER:GROUP`; the code is 2 (ENOENT) when there is none."""

    path: str
    timeout: float = 20.0
    ok_codes: frozenset[int] = frozenset({0, 2})
    changes_state: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """Replace a file atomically: created with its final mode and owner, synced, renamed over the old one.

    An existing file is kept as `PATH.hakit-old` unless `backup` is False. `content` is latin-1 when `binary`.
    """

    path: str
    content: str
    mode: int = 0o644
    owner: str = "root:root"
    backup: bool = True
    binary: bool = False
    timeout: float = 20.0
    ok_codes: frozenset[int] = frozenset({0})
    changes_state: bool = True


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a file; fine when there is none."""

    path: str
    timeout: float = 20.0
    ok_codes: frozenset[int] = frozenset({0})
    changes_state: bool = True


Action = Command | Get | Digest | Put | Remove


def shown(action: Action) -> str:
    """Say the action in one line for people: a command as one would type it, without secrets."""
    match action:
        case Command():
            return shlex.join("•••" if isinstance(arg, Secret) else arg for arg in action.argv)
        case Get():
            return f"read {action.path}"
        case Digest():
            return f"checksum of {action.path}"
        case Put():
            return f"write {action.path} (mode {action.mode:04o}, {action.owner})"
        case Remove():
            return f"remove {action.path}"
