"""Files from the model: corosync.conf, the CIB and DRBD's resources; pure.

The names are loaded when they are asked for, so that a corosync.conf is rendered without the XML libraries.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hakit.render.corosync import corosync_conf
    from hakit.render.difference import Difference, Origin
    from hakit.render.document import cib, fence_devices
    from hakit.render.drbd import drbd_resource, drbd_resources
    from hakit.render.marks import aside, content, rested, resting, unfenced, unrested, watchdog_wait, watched
    from hakit.render.merge import (
        compared,
        device_values,
        differences,
        facts_of,
        foreign,
        ids,
        leftovers,
        merged,
        stopped,
        unknown_secrets,
    )
    from hakit.render.volume import mirrored

__all__ = [
    "Difference",
    "Origin",
    "aside",
    "cib",
    "compared",
    "content",
    "corosync_conf",
    "device_values",
    "differences",
    "drbd_resource",
    "drbd_resources",
    "facts_of",
    "fence_devices",
    "foreign",
    "ids",
    "leftovers",
    "merged",
    "mirrored",
    "rested",
    "resting",
    "stopped",
    "unfenced",
    "unknown_secrets",
    "unrested",
    "watchdog_wait",
    "watched",
]

_HOMES = {
    "Difference": "difference",
    "Origin": "difference",
    "aside": "marks",
    "cib": "document",
    "compared": "merge",
    "content": "marks",
    "corosync_conf": "corosync",
    "device_values": "merge",
    "differences": "merge",
    "drbd_resource": "drbd",
    "drbd_resources": "drbd",
    "facts_of": "merge",
    "fence_devices": "document",
    "foreign": "merge",
    "ids": "merge",
    "leftovers": "merge",
    "merged": "merge",
    "mirrored": "volume",
    "rested": "marks",
    "resting": "marks",
    "stopped": "merge",
    "unfenced": "marks",
    "unknown_secrets": "merge",
    "unrested": "marks",
    "watchdog_wait": "marks",
    "watched": "marks",
}


if not TYPE_CHECKING:  # a type checker would take this for the home of them all

    def __getattr__(name: str) -> object:
        """Load what is asked for."""
        if name not in _HOMES:
            raise AttributeError(name)
        return getattr(importlib.import_module(f"hakit.render.{_HOMES[name]}"), name)
