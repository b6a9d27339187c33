"""Alerts: somebody to tell, something to tell, and in a way that can work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hakit.spec import recipient
from hakit.spec.draft import Alert, Draft
from hakit.spec.fault import SpecFault

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class BadAlertName(SpecFault):
    """An alert's name that can't become part of an id of the CIB."""

    code = "HK194"
    matters = "The alert's id in the CIB is made of its name, and pcs and crm will show it by that id."
    see = "Pacemaker Explained, ids (XML NCName)"
    name: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.name}' can't name an alert"

    def remedy(self) -> str:
        """Say what can."""
        return "use up to 64 letters, digits, '.', '_' and '-'"


@dataclass(frozen=True, kw_only=True, slots=True)
class NobodyToTell(SpecFault):
    """An alert that says nobody to tell."""

    code = "HK195"
    matters = "Nothing would be told, and somebody relies on it."
    see = "docs/alerts.md"
    name: str

    def text(self) -> str:
        """Say it."""
        return f"alert '{self.name}' tells nobody"

    def remedy(self) -> str:
        """Say what is wanted."""
        return "say command:, mail: or webhook:, or several of them"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRecipient(SpecFault):
    """A command, a mail address or a webhook that can't be told anything."""

    code = "HK196"
    matters = "The first event would be the first that nobody hears of."
    cure = "a program by its absolute path, one mail address, a URL with http or https"
    see = "docs/alerts.md"
    way: str
    problem: str

    def text(self) -> str:
        """Say what is wrong."""
        return f"this {self.way} can't be told: {self.problem}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NothingToTell(SpecFault):
    """An alert with an empty list of events."""

    code = "HK197"
    matters = "An alert without events stays silent, and whoever made it believes to be told."
    see = "docs/alerts.md"
    name: str

    def text(self) -> str:
        """Say it."""
        return f"alert '{self.name}' names no event"

    def remedy(self) -> str:
        """Say what is wanted."""
        return "name some, or leave `events` out to be told everything"


def alerts(spec: Draft) -> Iterator[SpecFault]:
    """Check every alert."""
    for alert in spec.alerts:
        if not _NAME.fullmatch(alert.name):
            yield BadAlertName(place=spec.at_key(alert.loc), name=alert.name)
        if alert.command is None and not alert.mail and not alert.webhook:
            yield NobodyToTell(place=spec.at_key(alert.loc), name=alert.name)
        if alert.events == ():
            yield NothingToTell(place=spec.at((*alert.loc, "events")), name=alert.name)
        for way, check in _ways(alert):
            try:
                check()
            except ValueError as problem:
                yield BadRecipient(place=spec.at((*alert.loc, way)), way=way, problem=str(problem))


def _ways(alert: Alert) -> Iterator[tuple[str, Callable[[], object]]]:
    if alert.command is not None:
        yield "command", lambda: recipient.command(alert.command)
    if alert.mail:
        text = alert.mail.text
        yield "mail", lambda: recipient.mail(text)
    if alert.webhook:
        url = alert.webhook.text
        yield "webhook", lambda: recipient.webhook(url)
