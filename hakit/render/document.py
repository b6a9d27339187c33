"""The whole CIB that a cluster means."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from pathlib import Path

from lxml import etree

from hakit.core import ExitCode, HakitError
from hakit.model import Cluster, Device, DeviceFencing, Fencing, NoFencing, SbdFencing, Service, Timing
from hakit.model.timing import TRANSITION_DELAY
from hakit.render import advance, devices, fragments, guard, parts, sbd, volume
from hakit.render.fragments import Templates
from hakit.render.hierarchy import neighbours

# The newest that every supported release takes: 2.0.5 knows no later one, 3.0 asks for 3.2 at least.
SCHEMA = "pacemaker-3.5"
# Pacemaker 2.0.0's; the cluster's own takes its place at the first election. Without one the scheduler looks for
# fail counts under the names of 1.1.17 (failcounts.c, generate_fail_regexes), so crm_simulate foretells wrongly.
_FEATURES = "3.1.0"
TWO = 2
WATCHED = "have-watchdog"
_ADVANCE = "priority-fencing-delay"
PROPERTIES_ID = "cib-bootstrap-options"
_DEFAULTS_ID = "rsc-options"


def cib(cluster: Cluster, *, templates: Path | None = None) -> str:
    """Render the CIB as a document that can be put in place before the first start.

    `templates` is a folder of the user's own templates, looked into first. Raises HakitError when two parts
    would get the same id, or a template of the user's is faulty.
    """
    return fragments.written(tree(cluster, templates))


def properties(cluster: Cluster) -> dict[str, str]:
    """Return the cluster properties that hakit decides; all others are left to Pacemaker and the operator."""
    fencing = cluster.fencing
    return {
        "stonith-enabled": "false" if isinstance(fencing, NoFencing) else "true",
        **(sbd.properties(cluster, fencing) if isinstance(fencing, SbdFencing) else {}),
        **_advance(cluster.fencing),
        # A node that is told of its own fencing runs what others now start: it resets itself (docs/decisions/0069-told-of-its-own-fencing.md).
        **({} if isinstance(fencing, NoFencing) else {"fence-reaction": "panic"}),
        "no-quorum-policy": "stop",
        "dc-deadtime": _dc_deadtime(cluster),
        # Starting units is mostly waiting, so more than Pacemaker's two operations per core can go on at once; and a
        # node that has much to do for its clients is none to slow a failover down (docs/decisions/0012-many-at-once.md).
        "node-action-limit": "32",
        "load-threshold": "400%",
        "transition-delay": f"{TRANSITION_DELAY}ms",
    }


def _watched(cluster: Cluster) -> dict[str, str]:
    """Say in a first CIB what the cluster itself writes there once it has found sbd running.

    Till then Pacemaker starts nothing: it knows of no fencing device, and without disks there is none.
    """
    fencing = cluster.fencing
    return {WATCHED: "true"} if isinstance(fencing, SbdFencing) and not fencing.disks else {}


def unwanted(cluster: Cluster) -> frozenset[str]:
    """Name the cluster properties that the spec speaks of by leaving them out: an advance that is none, or given otherwise."""
    return frozenset(() if isinstance(cluster.fencing, NoFencing) else {_ADVANCE}) - properties(cluster).keys()


def _advance(fencing: Fencing) -> dict[str, str]:
    """With devices a level before theirs gives it (`advance`)."""
    if isinstance(fencing, SbdFencing) and fencing.priority_delay:
        return {_ADVANCE: f"{fencing.priority_delay}s"}
    return {}


def _dc_deadtime(cluster: Cluster) -> str:
    """Say how long the first election waits for nodes that may not be there; Pacemaker's 20 s delay every cold start.

    Where a majority may fence those that it doesn't see at its start, it gives them Pacemaker's own time to come.
    """
    patient = not isinstance(cluster.fencing, NoFencing) and len(cluster.nodes) > TWO
    return "20s" if patient else "2s"


def resource_defaults(cluster: Cluster) -> dict[str, str]:
    """Return the meta attributes that every resource inherits."""
    return {
        "resource-stickiness": "100",
        "migration-threshold": str(cluster.timing.migration_threshold),
        "failure-timeout": f"{cluster.timing.failure_timeout}s",
    }


def tree(cluster: Cluster, templates: Path | None) -> etree._Element:
    """Return the CIB's element tree, for the caller to change; what one cluster means is rendered once."""
    return deepcopy(_built(cluster, templates))


# One plan asks for it seven times, and an apply after each of its looks: for the cluster that is wanted and the one that was.
@lru_cache(maxsize=4)
def _built(cluster: Cluster, templates: Path | None) -> etree._Element:
    shapes = fragments.templates(templates)
    root = shapes.element("cib", "", features=_FEATURES, schema=SCHEMA)
    section(root, "crm_config").append(
        _set("cluster_property_set", PROPERTIES_ID, properties(cluster) | _watched(cluster), shapes),
    )
    section(root, "rsc_defaults").append(_set("meta_attributes", _DEFAULTS_ID, resource_defaults(cluster), shapes))
    resources, constraints = section(root, "resources"), section(root, "constraints")
    _devices(root, cluster, shapes)
    near = neighbours(cluster.services)
    counts = bool(_advance(cluster.fencing))
    for service in cluster.services:
        own = tuple(map(deepcopy, _service(service, cluster.timing, shapes, counts=counts)))
        resources.extend(own)
        constraints.extend(parts.constraints(service, near.get(service.name, ()), shapes))
        if service.volume:
            volume.mounted(own[0], service, cluster.timing, shapes)
            resources.append(volume.mirror(service, cluster.timing, shapes))
            constraints.extend(volume.ties(service, shapes))
        if cluster.guards(service):
            constraints.append(guard.avoidance(service, shapes))
    if cluster.guard:
        resources.append(guard.clone(cluster, cluster.guard, shapes))
    if cluster.alerts:
        alerts = section(root, "alerts")
        alerts.extend(parts.alert(each, cluster.name, shapes) for each in cluster.alerts)
    _refuse_same_ids(root)
    return root


# The cluster that is wanted and the one that was have most of their services in common.
@lru_cache(maxsize=2000)
def _service(service: Service, timing: Timing, shapes: Templates, *, counts: bool) -> tuple[etree._Element, ...]:
    return tuple(parts.resources(service, timing, shapes, counts=counts))


def fence_devices(cluster: Cluster) -> tuple[Device, ...]:
    """Return the devices that the CIB gets: those of the spec, or SBD's."""
    fencing = cluster.fencing
    if isinstance(fencing, SbdFencing):
        found = sbd.device(cluster, fencing)
        return (found,) if found else ()
    return fencing.devices if isinstance(fencing, DeviceFencing) else ()


def _devices(root: etree._Element, cluster: Cluster, shapes: Templates) -> None:
    first = advance.device(cluster)
    for device in (*fence_devices(cluster), *((first,) if first else ())):
        section(root, "resources").append(devices.resource(device, shapes, cluster.timing.operation_timeout))
        section(root, "constraints").extend(devices.constraints(device, shapes))
    levels = [devices.level(name, each, shapes) for name, each in advance.levels(cluster)]
    if levels:
        section(root, "fencing-topology").extend(levels)


def section(root: etree._Element, name: str) -> etree._Element:
    """Return the section of the configuration, adding it when there is none."""
    configuration = root.find("configuration")
    if configuration is None:
        raise HakitError("a CIB without configuration")
    found = configuration.find(name)
    return etree.SubElement(configuration, name) if found is None else found


def _set(tag: str, set_id: str, values: dict[str, str], shapes: Templates) -> etree._Element:
    return shapes.element(tag, set_id, pairs=parts.pairs(set_id, values))


def _refuse_same_ids(root: etree._Element) -> None:
    seen: set[str] = set()
    for element in root.iter():
        name = element.get("id")
        if name in seen:
            raise HakitError(
                f"two parts of the CIB would have the id {name}",
                hint="rename one of the services whose names end or begin alike",
                code=ExitCode.SPEC,
            )
        if name is not None:
            seen.add(name)
