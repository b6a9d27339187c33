"""Other clusters on the hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight import membership
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherCluster(OnHost):
    """The host belongs to another cluster; `members` are its nodes as corosync.conf names them."""

    code = "HK290"
    matters = "Two clusters cannot share a host; bootstrap would destroy what runs there."
    name: str
    members: tuple[str, ...]
    running: bool

    def text(self) -> str:
        """Say it."""
        state = "runs" if self.running else "does not run now"
        members = f" ({', '.join(self.members)})" if self.members else ""
        return f"it belongs to the cluster {self.name or 'without a name'}{members}, which {state} here"

    def remedy(self) -> str:
        """Say what to do."""
        return (
            f"take it out of that cluster first: pcs cluster node remove {self.host}, or crm cluster remove {self.host}; "
            "or give up that cluster's configuration here: hakit bootstrap --replace"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenCorosyncConf(OnHost):
    """There is a corosync.conf that Corosync would refuse, so nobody can tell whose it is."""

    code = "HK291"
    matters = "It may be the configuration of a cluster that somebody still needs."
    see = "corosync.conf(5)"
    fault: str

    def text(self) -> str:
        """Say it."""
        return f"/etc/corosync/corosync.conf is broken: {self.fault}"

    def remedy(self) -> str:
        """Say what to do."""
        return "if it is not needed any more: hakit bootstrap --replace"


@dataclass(frozen=True, kw_only=True, slots=True)
class StockCorosync(OnHost):
    """Debian's one-node corosync of a fresh install runs."""

    code = "HK292"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "It is what every fresh installation has, and nobody's cluster."
    cure = "nothing: bootstrap does it"

    def text(self) -> str:
        """Say it."""
        return "the one-node corosync of a fresh Debian install runs; bootstrap puts the cluster's in its place"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look at each host's corosync.conf."""
    for host, fact in facts.items():
        conf, running = fact.corosync, fact.units["corosync.service"].running
        if conf is not None and conf.fault:
            yield BrokenCorosyncConf(host=host, fault=conf.fault)
        elif other := membership.other(cluster, fact):
            members = tuple(member.name or ",".join(member.addresses) for member in other.members)
            yield OtherCluster(host=host, name=other.cluster_name, members=members, running=running)
        elif conf is not None and conf.stock and running:
            yield StockCorosync(host=host)
