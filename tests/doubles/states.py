"""How hosts may stand before a bootstrap, and any sensible cluster: by hypothesis."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from ipaddress import ip_interface

from hypothesis import strategies as st

from hakit.model import Cluster, Vip
from hakit.observe import node as paths
from tests.doubles.disk import File
from tests.doubles.host import Host, SimUnit
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import clusters as any_clusters


@dataclass(frozen=True)
class Before:
    """How one host stands: bare or stock; its units; strays of earlier attempts, as (path, mode) with any text."""

    stock: bool
    units: tuple[SimUnit, ...]
    pcsd: SimUnit
    strays: tuple[str, ...]


# What may lie on a host that was in a cluster once, and who may read it.
STRAYS = {
    paths.COROSYNC_KEY: File("old corosync key", 0o400),
    paths.PACEMAKER_KEY: File("old pacemaker key", 0o644),
    paths.KNOWN_HOSTS: File(json.dumps({"known_hosts": {"elsewhere": {"token": "0ld-t0ken-of-elsewhere"}}}), 0o600),
    paths.PCS_USERS: File(json.dumps([{"username": "hacluster", "token": "0ther"}]), 0o600),
}

_units = st.builds(SimUnit, st.sampled_from(["enabled", "disabled", "static"]), active=st.booleans())
_pcsd = st.builds(SimUnit, st.sampled_from(["enabled", "disabled"]), active=st.booleans())


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Any cluster that check lets through: each service has a unit and an address of its own in the first ring."""
    base = draw(any_clusters())
    services = tuple(
        replace(
            service,
            unit=f"u{number}-{service.unit}",
            vip=service.vip and Vip(ip_interface(f"192.168.233.{200 + number}/24")),
        )
        for number, service in enumerate(base.services)
    )
    return replace(base, services=services, autostart=draw(st.booleans()))


@st.composite
def earlier_states(draw: st.DrawFn, wanted: Cluster) -> tuple[Before, ...]:
    """One state per node."""
    count = len(wanted.services)
    return tuple(
        Before(
            draw(st.booleans()),
            tuple(draw(st.lists(_units, min_size=count, max_size=count))),
            draw(_pcsd),
            tuple(draw(st.lists(st.sampled_from(sorted(STRAYS)), unique=True))),
        )
        for _ in wanted.nodes
    )


def hosts(wanted: Cluster, before: tuple[Before, ...], generation: str = "0.11") -> SimulatedHosts:
    """Make the hosts as they stand."""
    made = SimulatedHosts(wanted, generation=generation)
    for host, state in zip(made.everyone, before, strict=True):
        put(host, wanted, state)
    return made


def put(host: Host, wanted: Cluster, state: Before) -> None:
    """Bring one host into the state."""
    host.disk.files |= {path: STRAYS[path] for path in state.strays}
    if state.stock:
        host.make_stock()
        host.loaded = (host.text(paths.COROSYNC_CONF), host.text(paths.COROSYNC_KEY))
    host.units |= {service.unit: unit for service, unit in zip(wanted.services, state.units, strict=True)}
    if "pcsd.service" in host.units:
        host.units["pcsd.service"] = state.pcsd
