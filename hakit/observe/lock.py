"""The lock that keeps two changes of one cluster apart: on each of its nodes, with an owner and an end."""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass

from hakit.core import Command, Outcome

PATH = "/run/hakit/lock"
# Seconds after which the lock of somebody who was killed is nobody's; who lives takes it anew long before.
LASTS = 180
_TAKEN = 1


@dataclass(frozen=True, slots=True)
class Held:
    """Who has it, since when (UTC, ISO 8601), and in how many seconds it ends if its owner is dead."""

    owner: str
    since: str
    seconds: float


def take(owner: str, predecessor: str = "") -> Command:
    """Take it or hold it longer; also from a predecessor, who is known to be dead."""
    return _command("take", PATH, owner, str(LASTS), predecessor)


def free(owner: str) -> Command:
    """Give it back; fine when it isn't ours any more."""
    return _command("free", PATH, owner)


def read(outcome: Outcome) -> Held | None:
    """Say who else has it; None when we have. The outcome is that of `take`, and ok."""
    if outcome.code != _TAKEN:
        return None
    said = json.loads(outcome.stdout)
    return Held(str(said["owner"]), str(said["since"]), float(said["seconds"]))


def _command(*words: str) -> Command:
    program = importlib.resources.files("hakit.run").joinpath("lockfile.py").read_text(encoding="utf-8")
    return Command(("python3", "-I", "-S", "-", *words), stdin=program, ok_codes=frozenset({0, _TAKEN}), timeout=20)
