"""What else on the host may stand in a cluster's way or help it: SELinux, ufw, watchdogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hakit.core import Action, Command, Get, Outcome

ACTIONS: tuple[Action, ...] = (
    Get("/sys/fs/selinux/enforce", timeout=5),
    Get("/etc/ufw/ufw.conf", timeout=5),
    Command(
        ("find", "/dev", "-maxdepth", "1", "-type", "c", "-name", "watchdog*"),
        ok_codes=frozenset({0, 1}),
        timeout=5,
        changes_state=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Guards:
    """`selinux` is `enforcing`, `permissive` or `absent`; `watchdogs` are device files."""

    selinux: str
    ufw_enabled: bool
    watchdogs: tuple[str, ...]


def read(outcomes: Sequence[Outcome]) -> Guards:
    """Read the outcomes of ACTIONS."""
    selinux, ufw, watchdogs = outcomes
    return Guards(
        selinux={"1": "enforcing", "0": "permissive"}.get(selinux.stdout.strip(), "absent"),
        # ufw.service is active even where ufw is switched off; this line is what counts (ufw(8)).
        ufw_enabled=any(line.strip().lower() == "enabled=yes" for line in ufw.stdout.splitlines()),
        watchdogs=tuple(sorted(watchdogs.stdout.split())),
    )
