"""What `hakit drill` brings together: the operator, the lab that the nodes belong to, and where the client is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hakit.apply import switchover, tools
from hakit.apply.look import look_at_some
from hakit.apply.operating import cleanup
from hakit.apply.operating.reins import Means
from hakit.core import CommandFailed, ExitCode, HakitError
from hakit.drill import clocks, question, whole
from hakit.drill.engine import Drill
from hakit.drill.engine import Means as DrillMeans
from hakit.drill.scene import Consent
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.model import Cluster, Service
from hakit.plan import names
from hakit.report.record import Record
from hakit.run.whereabouts import beside


@dataclass(frozen=True, slots=True)
class ByHakit:
    """The operator of a drill, who does what hakit's own commands do."""

    cluster: Cluster
    means: Means

    def switchover(self, service: str, target: str) -> None:
        """Move the service, and wait until it serves there. Raises HakitError."""
        means = self.means
        switchover.switchover(
            self.cluster, means.runner, service, target, clock=means.clock, listener=means.listener, asking=False
        )

    def cleanup(self) -> None:
        """Let the cluster forget what failed. Raises HakitError."""
        cleanup.cleanup(self.cluster, self.means, "")

    def start_cluster(self, node: str) -> None:
        """Start the cluster on a node; fine when it runs. Raises HakitError."""
        seen, _ = look_at_some(self.cluster, self.means.runner)
        dialect = tools.detected(seen, self.means.runner, (node,))[node]
        for outcome in self.means.runner.batch(node, dialect.start()):
            if not outcome.ok:
                raise CommandFailed(outcome)


def lab_of(ssh_config: Path | None, cluster: Cluster) -> Lab | None:
    """Find the lab whose nodes these are: the one whose ssh configuration leads to them; None when there is none."""
    if ssh_config is None or ssh_config.name != "ssh_config" or not (ssh_config.parent / "lab.json").exists():
        return None
    folder = ssh_config.absolute().parent
    lab = Lab.open(folder.name, folder.parent)
    return lab if {node.name for node in cluster.nodes} <= {host.name for host in lab.nodes} else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the client asks from: the way to it, and how far its clock is ahead."""

    way: Sequence[str]
    ahead: float
    words: str


def place(cluster: Cluster, means: Means, lab: Lab | None, client: str, ssh_config: Path | None) -> Place:
    """Choose the client: the host that was named, the lab's own, or this machine if it is in the VIP's network.

    Raises HakitError when there is nobody to ask: what answers from farther away may be somebody else.
    """
    if client:
        config = ("-F", str(ssh_config)) if ssh_config else ()
        way = ("ssh", *config, "-oBatchMode=yes", "-oLogLevel=ERROR", "-T", "--", client)
        return Place(way, clocks.ahead(means.runner, client), client)
    if lab is not None:
        return Place(lab.client_argv(()), 0.0, "the lab's client")
    vips = [service.vip.interface.network for service in cluster.services if service.vip]
    if any(beside(network) for network in vips):
        return Place((), 0.0, "this machine")
    raise HakitError(
        "there is no client to watch the service from: this machine is not in the network of the virtual IP",
        hint="name a host there that ssh reaches: --client HOST",
        code=ExitCode.USAGE,
    )


def page_of(lab: Lab | None, unit: str) -> str:
    """Give the page that the lab's squid is asked for; empty elsewhere."""
    squid = lab is not None and unit == "squid.service"
    return f"http://{layout.client().addresses[0]}:{layout.ORIGIN_PORT}/ping" if squid else ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says of service, client and question; `every` and `patience` in seconds."""

    service: str
    client: str
    port: int | None
    url: str
    every: float
    patience: float | None
    consent: Consent


@dataclass(frozen=True, slots=True)
class Staged:
    """A drill ready to run, and the head of its record."""

    drill: Drill
    record: Record


def staged(cluster: Cluster, means: Means, wish: Wish, ssh_config: Path | None) -> Staged:
    """Bring everything together. Raises HakitError when the cluster is not whole or there is no client."""
    service = _service(cluster, wish.service)
    lab = lab_of(ssh_config, cluster)
    where = place(cluster, means, lab, wish.client, ssh_config)
    state = whole.wait(cluster, means.runner, means.clock, timeout=60)
    address = str(service.vip.interface.ip) if service.vip else ""
    port = wish.port or question.port_of(service, means.runner, whole.active(service, state))
    asked = question.of(address, port, wish.url or page_of(lab, service.unit))
    asked = replace(asked, every=wish.every)
    drill = Drill(
        cluster, service, asked,
        DrillMeans(
            means.runner, ByHakit(cluster, means), lab, means.clock, means.listener,
            where.way, where.ahead, wish.consent, wish.patience,
        ),
    )  # fmt: skip
    about = {"from": where.words, "timing": cluster.timing.profile, "agent": service.agent.value}
    nodes = tuple(node.name for node in cluster.nodes)
    return Staged(drill, Record(cluster.name, service.name, nodes, asked.words, asked.every, time.time(), about))


def _service(cluster: Cluster, said: str) -> Service:
    if said:
        found = cluster.service(names.service(cluster, said))
        if found.vip is None:
            raise HakitError(f"{said} has no virtual IP to watch it through", code=ExitCode.USAGE)
        return found
    with_vip = [service for service in cluster.services if service.vip]
    if not with_vip:
        raise HakitError("no service of this cluster has a virtual IP to watch it through", code=ExitCode.USAGE)
    return with_vip[0]
