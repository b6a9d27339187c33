"""Read a spec file, gather every fault, and build the model when there is none."""

from __future__ import annotations

from pathlib import Path

from hakit.model import Cluster
from hakit.spec.build import build
from hakit.spec.draft import draft
from hakit.spec.fault import SpecFault, SpecRefused
from hakit.spec.source import Source, load


def check(path: Path) -> tuple[Cluster | None, tuple[SpecFault, ...]]:
    """Return the cluster, or None and every fault in the order of the file."""
    return check_source(load(path))


def read(path: Path) -> Cluster:
    """Return the cluster. Raises SpecRefused."""
    cluster, faults = check(path)
    if cluster is None:
        raise SpecRefused(faults)
    return cluster


def check_source(source: Source) -> tuple[Cluster | None, tuple[SpecFault, ...]]:
    """Check what has been loaded."""
    if source.faults:
        return None, source.faults
    return build(draft(source)), ()
