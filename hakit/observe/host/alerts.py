"""Whether the programs that alerts run are there, for the user as whom Pacemaker runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hakit.core import Action, Command, Outcome
from hakit.model import Cluster

SENDMAIL = "/usr/sbin/sendmail"
_USER = "hacluster"


def asked(cluster: Cluster) -> tuple[str, ...]:
    """Name the programs, each once."""
    commands = (alert.command[0] for alert in cluster.alerts if alert.command)
    mail = (SENDMAIL for alert in cluster.alerts if alert.mail)
    return tuple(dict.fromkeys((*commands, *mail)))


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Ask for each of them."""
    return tuple(
        Command(
            ("runuser", "-u", _USER, "--", "test", "-f", path, "-a", "-x", path),
            ok_codes=frozenset(range(256)),
            timeout=20,
            changes_state=False,
        )
        for path in asked(cluster)
    )


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Mapping[str, bool]:
    """Say which of them can be run. Without its user, Pacemaker isn't installed; that is told elsewhere."""
    return {
        path: outcome.code == 0 or "does not exist" in outcome.stderr
        for path, outcome in zip(asked(cluster), outcomes, strict=True)
    }
