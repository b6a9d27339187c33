"""Firewalls, SELinux, watchdogs and SBD: what is worth knowing before a cluster starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, SbdFencing, Tool
from hakit.observe.host import units
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.probe import PCSD_PORT
from hakit.plan import tool
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallActive(OnHost):
    """A firewall is at work; `ports` are what the cluster needs of it, udp first."""

    code = "HK205"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "A firewall that drops Corosync's packets splits the cluster as a cut cable does."
    cure = "let these ports in from the other nodes, in the firewall's own way"
    see = "pcs, firewalld service high-availability"
    firewall: str
    ports: tuple[str, ...]

    def text(self) -> str:
        """Say it."""
        return f"{self.firewall} is active; the cluster needs {', '.join(self.ports)} between the nodes"

    def remedy(self) -> str:
        """Say what to do."""
        match self.firewall:
            case "firewalld":
                return "firewall-cmd --permanent --add-service=high-availability && firewall-cmd --reload"
            case "ufw":
                return "; ".join(f"ufw allow {port}" for port in self.ports)
            case _:
                return "accept these in the input chain of /etc/nftables.conf"


@dataclass(frozen=True, kw_only=True, slots=True)
class SelinuxEnforcing(OnHost):
    """SELinux enforces its policy."""

    code = "HK206"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "A denial looks like an ordinary failure of the agent, and the reason stands only in the audit log."
    see = "ausearch(8)"

    def text(self) -> str:
        """Say it."""
        return "SELinux is enforcing; an agent that may not do something fails without saying why"

    def remedy(self) -> str:
        """Say what to do."""
        return "after a failure look for denials: ausearch --message avc --start recent"


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdWithoutWatchdog(OnHost):
    """sbd is to start with the cluster, but has no watchdog: corosync, which needs it then, won't start."""

    code = "HK207"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "sbd is required by corosync once it is enabled: no watchdog, no sbd, no cluster after the next boot."
    see = "sbd(8)"

    def text(self) -> str:
        """Say it."""
        return "sbd.service is enabled, but there is no watchdog device: it fails, and corosync with it"

    def remedy(self) -> str:
        """Say what to do."""
        return "systemctl disable sbd.service; or load the watchdog's driver (modprobe softdog, for a trial)"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchdogHere(OnHost):
    """The host has a watchdog that nobody uses."""

    code = "HK208"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "It is not in the way; it is a way to have fencing without further hardware."
    cure = "nothing; to use it, decide for fencing: { sbd: … } in the spec: docs/two-nodes.md"
    see = "sbd(8)"
    device: str

    def text(self) -> str:
        """Say it."""
        return f"it has a watchdog ({self.device}), which could fence it through sbd"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Name what is at work on each host."""
    doors = (f"{PCSD_PORT}/tcp",) if tool.choice(cluster.tool, facts) is Tool.PCS else ()
    ports = (*dict.fromkeys(f"{ring.mcastport}/udp" for ring in cluster.rings), *doors)
    for host, fact in facts.items():
        for firewall in _firewalls(fact):
            yield FirewallActive(host=host, firewall=firewall, ports=ports)
        if fact.guards.selinux == "enforcing":
            yield SelinuxEnforcing(host=host)
        if isinstance(cluster.fencing, SbdFencing):
            continue  # hakit.plan.preflight.sbd has looked at it
        sbd = fact.units["sbd.service"]
        if sbd.enabled and not fact.guards.watchdogs:
            yield SbdWithoutWatchdog(host=host)
        elif fact.guards.watchdogs and not sbd.running:
            yield WatchdogHere(host=host, device=fact.guards.watchdogs[0])


def _firewalls(fact: HostFacts) -> Iterator[str]:
    for unit in units.FIREWALLS:
        name = unit.removesuffix(".service")
        if fact.units[unit].active == "active" and (name != "ufw" or fact.guards.ufw_enabled):
            yield name
