"""Debian's stock one-node cluster: taken away without waiting for an election that is of no use."""

from __future__ import annotations

from hakit.core import Action, Command
from hakit.model import sbd
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen

_PACEMAKER = "pacemaker.service"


def remove(seen: Seen, host: str, dialect: Dialect) -> tuple[Action, ...]:
    """Give the actions that end it: at once where it runs no resource, else in good order."""
    state = seen.nodes[host].state
    # sbd takes a killed Pacemaker for a failed one, and has the watchdog reset the host.
    watched = seen.hosts[host].units[sbd.UNIT].running
    idle = state is not None and not state.resources and not watched
    return (*(_at_once() if idle else ()), *dialect.destroy())


def _at_once() -> tuple[Action, ...]:
    # Up to 20 s from its start (dc-deadtime) the controller has no DC to ask for leave to stop, and waits for one.
    # The order matters: with a stop under way, systemd does not restart what is killed (Restart=on-failure).
    return (
        Command(("systemctl", "stop", "--no-block", "--", _PACEMAKER)),
        Command(("systemctl", "kill", "--signal=SIGKILL", "--", _PACEMAKER), ok_codes=frozenset({0, 1})),
        Command(("systemctl", "stop", "--", _PACEMAKER), timeout=120),
        Command(("systemctl", "reset-failed", "--", _PACEMAKER), ok_codes=frozenset({0, 1})),
    )
