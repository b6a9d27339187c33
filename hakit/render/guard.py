"""The path guard as parts of a CIB: a clone that watches on every node, and rules by which addresses leave a cut one."""

from __future__ import annotations

from lxml import etree

from hakit.model import Cluster, Guard, Service, pathguard
from hakit.render.fragments import Templates
from hakit.render.parts import AgentName, Operation, pairs, primitive

CLONE = "hakit-guard"
UNIT = "hakit-pathguard"
# What the agent's own metadata advises.
_INTERVAL, _TIMEOUT = 10, 20
# For all nodes but those that are cut off: beats stickiness, preferences and where a hot service failed, but not what
# somebody asks for. Where all are cut off alike it decides nothing (docs/decisions/0041-path-guard.md).
_WELL = "20000"


def clone(cluster: Cluster, guard: Guard, templates: Templates) -> etree._Element:
    """Render the clone."""
    operations = tuple(
        Operation(f"{UNIT}-{name}", name, f"{every}s", f"{_TIMEOUT}s")
        for name, every in (("monitor", _INTERVAL), ("start", 0), ("stop", 0))
    )
    agent = AgentName("ocf", "pathguard", "hakit")
    element = templates.element("clone", CLONE)
    set_id = f"{CLONE}-meta_attributes"
    meta = pairs(set_id, {"interleave": "true"})
    element.append(templates.element("meta_attributes", set_id, pairs=meta))
    element.append(primitive(UNIT, agent, pathguard.parameters(cluster, guard), operations, templates))
    return element


def avoidance(service: Service, templates: Templates) -> etree._Element:
    """Render that the service avoids a node that is cut off."""
    name = f"{service.name}-avoids-{pathguard.ATTRIBUTE}"
    return templates.element(
        "rsc_location", name, resource=service.name, node="", score=_WELL, attribute=pathguard.ATTRIBUTE
    )
