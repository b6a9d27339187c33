"""Who the host is: its name, our user on it, its release, its Python."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from hakit.core import Action, Command, Get, Outcome

ACTIONS: tuple[Action, ...] = (
    # One call; uname(1) prints the two in this order whatever the order of the options.
    Command(("uname", "-n", "-m"), timeout=5, changes_state=False),
    Command(("id", "-u"), timeout=5, changes_state=False),
    Command(("python3", "-V"), timeout=5, changes_state=False),
    Get("/etc/os-release", timeout=5),
)


@dataclass(frozen=True, slots=True)
class System:
    """`hostname` as `uname -n` says it; `release` like `debian 12`; `python` like `3.11.2`; empty when unknown."""

    hostname: str
    machine: str
    uid: int
    python: str
    release: str
    release_name: str


def read(outcomes: Sequence[Outcome]) -> System:
    """Read the outcomes of ACTIONS."""
    uname, user, python, release = (outcome.stdout for outcome in outcomes)
    hostname, _, machine = uname.strip().partition(" ")
    said = os_release(release)
    return System(
        hostname=hostname,
        machine=machine,
        uid=int(user),
        python=python.strip().removeprefix("Python "),
        release=f"{said.get('ID', '')} {said.get('VERSION_ID', '')}".strip(),
        release_name=said.get("PRETTY_NAME", ""),
    )


def os_release(text: str) -> dict[str, str]:
    """Parse os-release(5): shell-like assignments."""
    pairs = (word.partition("=") for word in shlex.split(text, comments=True))
    return {key: value for key, sign, value in pairs if sign}
