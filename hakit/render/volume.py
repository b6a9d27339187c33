"""A volume as parts of a CIB: the clone that replicates it, its mount, and what ties the service to its primary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from hakit.model import Service, Timing, Volume
from hakit.render import fragments
from hakit.render.fragments import Templates
from hakit.render.parts import AgentName, Operation, pairs, primitive

# The schemas that all supported releases share know the roles by these names only (constraints-3.5.rng).
PRIMARY, SECONDARY = "Master", "Slave"
# What the agents' own metadata advises, in seconds: ocf:linbit:drbd and ocf:hakit:mount. The two roles'
# intervals have to differ, since Pacemaker knows an operation by its name and interval.
_LOOKS = (("monitor-slave", 20, SECONDARY), ("monitor-master", 10, PRIMARY))
_MIRROR = (("start", 240), ("promote", 90), ("demote", 90), ("notify", 90), ("stop", 100))
_VOLUME = "-volume"
_MOUNT = {"monitor": 40, "start": 60, "stop": 60}
_MOUNT_INTERVAL = 20


def mirrored(cib_xml: str) -> tuple[str, ...]:
    """Name the services whose volumes a CIB has."""
    found = (each.get("id", "") for each in fragments.parse(cib_xml).iter("primitive") if each.get("type") == "drbd")
    return tuple(name.removesuffix(_VOLUME) for name in found if name.endswith(_VOLUME))


def mirror_operations(timing: Timing) -> Iterator[Operation]:
    """Yield what is asked of DRBD's agent; the ids are to stand behind a resource's name."""
    for name, interval, role in _LOOKS:
        yield Operation(name, "monitor", f"{interval}s", f"{timing.operation_timeout}s", role)
    for name, timeout in _MIRROR:
        yield Operation(name, name, "0s", f"{timeout}s")


def mirror(service: Service, timing: Timing, templates: Templates) -> etree._Element:
    """Render the clone: a copy of the volume on each node, at most one of them primary."""
    name = service.mirror
    set_id = f"{name}-meta_attributes"
    meta = {
        "promotable": "true",
        "promoted-max": "1",
        "promoted-node-max": "1",
        "clone-max": "2",
        "clone-node-max": "1",
        # DRBD's agent asks for it: on a peer's promotion and stop it looks at its own side anew.
        "notify": "true",
        "interleave": "true",
    }
    resource = f"{service.name}{_VOLUME}"
    operations = tuple(replace(each, id=f"{resource}-{each.id}") for each in mirror_operations(timing))
    element = templates.element("clone", name)
    element.append(templates.element("meta_attributes", set_id, pairs=pairs(set_id, meta)))
    agent = AgentName("ocf", "drbd", "linbit")
    element.append(primitive(resource, agent, {"drbd_resource": service.name}, operations, templates))
    return element


def mounted(group: etree._Element, service: Service, timing: Timing, templates: Templates) -> None:
    """Put the mount into the service's group, right before its unit: the address moves while DRBD changes its roles."""
    if service.volume is not None:
        group.insert(len(group) - 1, _mount(service, service.volume, timing, templates))


def _mount_of(service: Service) -> str:
    return f"{service.name}-mount"


def _mount(service: Service, volume: Volume, timing: Timing, templates: Templates) -> etree._Element:
    resource = _mount_of(service)
    parameters = {"device": volume.device, "directory": volume.mount, "fstype": volume.filesystem.value}
    operations = tuple(
        Operation(
            f"{resource}-{action}", action, f"{_MOUNT_INTERVAL if action == 'monitor' else 0}s",
            f"{max(timeout, timing.operation_timeout)}s",
        )
        for action, timeout in _MOUNT.items()
    )  # fmt: skip
    return primitive(resource, AgentName("ocf", "mount", "hakit"), parameters, operations, templates)


def ties(service: Service, templates: Templates) -> Iterator[etree._Element]:
    """Render that the service runs where its volume is primary, after that has become so and until before it ends.

    The address comes even before that: where somebody still answers for it nothing is promoted (docs/decisions/0115-the-address-comes-first.md).
    """
    name, clone = service.name, service.mirror
    if service.vip is not None:
        yield templates.element(
            "rsc_order", f"{clone}-after-{name}-vip", first=f"{name}-vip", then=clone, course="promotes"
        )
    yield templates.element("rsc_order", f"{name}-after-{clone}", first=clone, then=_mount_of(service), course="mounts")
    yield templates.element(
        "rsc_colocation",
        f"{name}-with-{clone}",
        resource=name,
        with_resource=clone,
        score="INFINITY",
        with_role=PRIMARY,
    )
