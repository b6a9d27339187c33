"""Whether alerts would reach anybody: the programs that tell them are on every node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hakit.core import Finding
from hakit.model import Cluster
from hakit.observe.host import alerts
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertProgramMissing(OnHost):
    """An alert's program isn't on the host, or Pacemaker's user can't run it."""

    code = "HK213"
    matters = "An alert is told by the node on which something happens, and that may be any of them."
    see = "docs/alerts.md"
    alert: str
    program: str

    def text(self) -> str:
        """Say it."""
        return f"alert {self.alert} runs {self.program}, which the user hacluster can't run here"

    def remedy(self) -> str:
        """Say what to do."""
        return f"put {self.program} on every node and make it executable for all: chmod a+rx {self.program}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoMailSystem(OnHost):
    """An alert is to be mailed, and the host has no mail system."""

    code = "HK214"
    matters = "Mail goes out through the node's own mail system; without one nobody is told."
    see = "sendmail(8)"
    alert: str

    def text(self) -> str:
        """Say it."""
        return f"alert {self.alert} is to be mailed, and there is no {alerts.SENDMAIL} here"

    def remedy(self) -> str:
        """Say what to do."""
        return "install a mail system that relays to yours, for example: apt-get install msmtp-mta"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look for every alert's program on every host."""
    for host, fact in facts.items():
        for alert in cluster.alerts:
            if alert.command and not fact.alert_programs.get(alert.command[0], True):
                yield AlertProgramMissing(host=host, alert=alert.name, program=alert.command[0])
            if alert.mail and not fact.alert_programs.get(alerts.SENDMAIL, True):
                yield NoMailSystem(host=host, alert=alert.name)
