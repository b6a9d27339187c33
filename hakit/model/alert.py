"""Who is told when something happens: an alert, its events, and what our alert agent is told of it."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass
from enum import StrEnum

from hakit.core import Secret

AGENT = "/usr/lib/hakit/alert"
"""Where our alert agent lies on a node."""

WATCH = "hakit-alerts.service"
"""The unit that looks at rings and quorum, for which Pacemaker has no alerts."""

ID = "hakit-alert-"
"""What stands before an alert's name to make its id in the CIB; no service may be called so."""

TIMEOUT = 30
"""Seconds until Pacemaker ends the agent; the agent itself gives up after 20."""


class AlertEvent(StrEnum):
    """What can be told, by the words of the spec."""

    SERVICE_FAILED = "service-failed"
    SERVICE_MOVED = "service-moved"
    NODE_LOST = "node-lost"
    NODE_BACK = "node-back"
    RING_LOST = "ring-lost"
    RING_BACK = "ring-back"
    QUORUM_LOST = "quorum-lost"
    QUORUM_BACK = "quorum-back"
    FENCED = "fenced"


ALL_EVENTS = tuple(AlertEvent)

_NONE = Secret("")


@dataclass(frozen=True, slots=True)
class Alert:
    """One entry of `alerts`: whom to tell, in one way or several, and of what.

    `command` is a program's absolute path and its arguments, `mail` an address, `webhook` a URL, which may hold a
    secret; each is empty where it isn't said.
    """

    name: str
    command: tuple[str, ...] = ()
    mail: str = ""
    webhook: Secret = _NONE
    events: tuple[AlertEvent, ...] = ALL_EVENTS

    @property
    def ways(self) -> tuple[str, ...]:
        """Name the ways in which it is told."""
        said = {"command": self.command, "mail": self.mail, "webhook": self.webhook}
        return tuple(way for way, value in said.items() if value)


def shown(url: str) -> str:
    """Return a webhook's URL without its secret, which is behind the host; what differs still looks different."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0]
    return f"{scheme}://{host}/… (digest {hashlib.sha256(url.encode()).hexdigest()[:8]})"


def parameters(alert: Alert, cluster: str) -> dict[str, str]:
    """Return what the agent finds in its environment; `cluster` is the cluster's name."""
    said = {"hakit_alert": alert.name, "hakit_cluster": cluster}
    if alert.events != ALL_EVENTS:
        said["hakit_events"] = " ".join(alert.events)
    if alert.command:
        said["hakit_command"] = shlex.join(alert.command)
    if alert.mail:
        said["hakit_mail"] = alert.mail
    if alert.webhook:
        said["hakit_webhook"] = str(alert.webhook)
    return said


def from_parameters(said: dict[str, str]) -> Alert:
    """Read them back. Raises ValueError for what no alert of ours says."""
    words = said.get("hakit_events", "").split()
    events = tuple(AlertEvent(word) for word in words) if words else ALL_EVENTS
    return Alert(
        said.get("hakit_alert", ""),
        tuple(shlex.split(said.get("hakit_command", ""))),
        said.get("hakit_mail", ""),
        Secret(said.get("hakit_webhook", "")),
        events,
    )
