"""Directories taken off a volume, as they were before hakit laid them on it. What was written since stays on the volume."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.core import Action, Command, Remove
from hakit.model import Service, Volume
from hakit.model.volume import kept
from hakit.observe.host.volumes import kept_file, resource_file
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.volume import sight


def steps(seen: Seen) -> Iterator[Step]:
    """Put back what each node of the spec has as links, and bring the volumes down; to be done without the cluster."""
    for service in seen.cluster.services:
        for name in seen.hosts if service.volume else ():
            if service.volume and (actions := tuple(_actions(seen, name, service, service.volume))):
                device = dict(service.volume.devices)[name]
                yield Step(
                    f"take the directories of {service.name} off its volume",
                    name,
                    f"they become what they were; what was written since stays on {device}, and {kept_file(service.name)} tells how",
                    actions,
                )


def _actions(seen: Seen, name: str, service: Service, volume: Volume) -> Iterator[Action]:
    places = seen.hosts[name].volumes.places
    for path, target in volume.targets:
        if sight.is_link(seen, name, path, target):
            yield Remove(path)
        if (sight.is_link(seen, name, path, target) or path not in places) and kept(path) in places:
            yield Command(("mv", "--no-target-directory", "--no-clobber", "--", kept(path), path))
    if volume.minor in seen.hosts[name].volumes.sides:
        yield Command(("drbdadm", "down", service.name), timeout=60)
    if seen.hosts[name].volumes.files.get(service.name):
        # DRBD's own unit, which starts at boot where it did before, would bring the volume up and wait for the other side.
        yield Command(("mv", "--force", "--", resource_file(service.name), kept_file(service.name)))
