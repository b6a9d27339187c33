"""Everything that hakit knows of a host before it looks at a running cluster: one batch, one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hakit.core import Action, CommandFailed, Outcome
from hakit.model import Cluster
from hakit.model.cluster import Address
from hakit.observe.host import (
    alerts,
    clock,
    corosync_conf,
    devices,
    guards,
    interfaces,
    names,
    packages,
    sbd,
    squid,
    system,
    units,
    volumes,
)
from hakit.observe.host.agent import Verdict
from hakit.observe.host.clock import ClockReading
from hakit.observe.host.corosync_conf import CorosyncConf
from hakit.observe.host.devices import Devices
from hakit.observe.host.fencing import FenceAgents
from hakit.observe.host.guards import Guards
from hakit.observe.host.interfaces import Interface
from hakit.observe.host.network import NetworkProbe
from hakit.observe.host.sbd import Sbd
from hakit.observe.host.system import System
from hakit.observe.host.units import Unit
from hakit.observe.host.volumes import Volumes


@dataclass(frozen=True, slots=True)
class HostFacts:
    """A host as it was seen.

    `packages` maps installed packages to versions (None: not a Debian kind of host), `units` the names asked for,
    `names` each node's name to its addresses as this host sees them. `synchronised` is about NTP (None: unknown);
    `squid_lifetime` is squid's shutdown_lifetime in seconds (None: squid is no service of this cluster), `alert_programs`
    says of the programs that alerts run whether they can be, `devices` what the volumes shall lie on, `volumes` what has come of them, `sbd` how far that is set up. `network` is there once all hosts probed it together (`observe.host.probe`), and with it the agent's `verdicts` by service
    and what fence agents and devices say.
    """

    host: str
    system: System
    clock: ClockReading
    synchronised: bool | None
    interfaces: tuple[Interface, ...]
    packages: Mapping[str, str] | None
    units: Mapping[str, Unit]
    names: Mapping[str, tuple[Address, ...]]
    corosync: CorosyncConf | None
    guards: Guards
    squid_lifetime: float | None
    network: NetworkProbe | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    fencing: FenceAgents | None = None
    alert_programs: Mapping[str, bool] = field(default_factory=dict)
    devices: Devices = field(default_factory=Devices)
    volumes: Volumes = field(default_factory=Volumes)
    sbd: Sbd = field(default_factory=Sbd)

    def has(self, address: Address) -> bool:
        """Say whether the address is on one of the host's interfaces."""
        return interfaces.holding(self.interfaces, address) is not None

    def nic(self, address: Address) -> Interface | None:
        """Return the interface in whose network the address lies."""
        return interfaces.facing(self.interfaces, address)

    @property
    def running_cluster(self) -> CorosyncConf | None:
        """The cluster that corosync runs on the host's networks now; None for none and for Debian's stock one."""
        corosync = self.units["corosync.service"]
        return self.corosync if corosync.running and self.corosync and not self.corosync.stock else None


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Name what is asked, for one batch with `keep_going`. The clock comes first: nothing delays it there."""
    return tuple(action for group in _groups(cluster) for action in group)


def read(outcomes: Sequence[Outcome], cluster: Cluster, asked_at: float, answered_at: float) -> HostFacts:
    """Read the outcomes of `actions`.

    `asked_at` and `answered_at` are Unix times of our own clock around the batch. Raises CommandFailed for what
    no host should refuse (`ip`, `systemctl`, …).
    """
    left = iter(outcomes)
    date, who, nics, conf, unit, resolved, guard, proxy, package, ntp, programs, disks, mirrors, messages = (
        tuple(islice(left, len(group))) for group in _groups(cluster)
    )
    for outcome in (*date, *who, *nics, *unit):
        if not outcome.ok:
            raise CommandFailed(outcome)
    after = sum(outcome.seconds for outcome in outcomes[len(date) :])
    return HostFacts(
        host=outcomes[0].host,
        system=system.read(who),
        clock=clock.read(date[0], asked_at, max(asked_at, answered_at - after)),
        synchronised=clock.read_synchronised(ntp),
        interfaces=interfaces.read(nics),
        packages=packages.read(package),
        units=units.read(unit, cluster),
        names=names.read(resolved, cluster),
        corosync=corosync_conf.read(conf),
        guards=guards.read(guard),
        squid_lifetime=squid.read(proxy),
        alert_programs=alerts.read(programs, cluster),
        devices=devices.read(disks, cluster),
        volumes=volumes.read(mirrors, cluster),
        sbd=sbd.read(messages, cluster),
    )


def _groups(cluster: Cluster) -> tuple[tuple[Action, ...], ...]:
    return (
        clock.ACTIONS,
        system.ACTIONS,
        interfaces.ACTIONS,
        corosync_conf.ACTIONS,
        units.actions(cluster),
        names.actions(cluster),
        guards.ACTIONS,
        squid.actions(cluster),
        packages.actions(cluster),
        clock.SYNCHRONISED,
        alerts.actions(cluster),
        devices.actions(cluster),
        volumes.actions(cluster),
        sbd.actions(cluster),
    )
