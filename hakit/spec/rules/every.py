"""All rules, in no order that matters: the faults are sorted by their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault
from hakit.spec.rules import (
    addresses,
    alerts,
    devices,
    fencing,
    guard,
    hot,
    names,
    nodes,
    placement,
    probes,
    quorum,
    replication,
    rings,
    sbd,
    timing,
    units,
    unsupported,
    vips,
    volumes,
)

RULES: tuple[Callable[[Draft], Iterable[SpecFault]], ...] = (
    names.cluster_name,
    names.node_names,
    names.service_names,
    nodes.node_count,
    nodes.node_ids,
    nodes.ring_counts,
    addresses.ring_addresses,
    rings.ring_options,
    rings.ring_networks_hold,
    rings.rings_apart,
    fencing.fencing,
    devices.device_names,
    devices.fenced_nodes,
    devices.levels,
    devices.device_parameters,
    devices.delays,
    sbd.sbd,
    quorum.quorum,
    vips.vips,
    units.units,
    placement.preferences,
    placement.dependencies,
    hot.hot,
    volumes.volumes,
    replication.replication,
    guard.guard,
    probes.probes,
    timing.timing,
    timing.failure_timeout,
    alerts.alerts,
    unsupported.unsupported,
)
