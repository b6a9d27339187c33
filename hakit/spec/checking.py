"""Read a spec file, gather every fault, and build the model when there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from hakit.model import Cluster
from hakit.spec import shape
from hakit.spec.build import build
from hakit.spec.draft import draft
from hakit.spec.fault import SpecFault, SpecRefused
from hakit.spec.place import Loc
from hakit.spec.rules.every import RULES
from hakit.spec.shape import MissingPart, UnknownKey, WrongType
from hakit.spec.source import Source, load
from hakit.spec.tree import OddYaml


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
    if not source.readable:
        return None, source.faults
    spec = draft(source)
    found = [*source.faults, *shape.faults(source)]
    if isinstance(source.data, dict):
        found += [fault for rule in RULES for fault in rule(spec)]
    if found:
        return None, tuple(sorted(_causes(found), key=lambda fault: (fault.place.mark, fault.place.path, fault.code)))
    return build(spec), ()


def _causes(faults: Iterable[SpecFault]) -> Iterator[SpecFault]:
    """Leave out what only follows from another fault: of a part that is wrong inside, and of a misspelt key."""
    faults = list(faults)
    above: set[Loc] = {fault.place.loc[:depth] for fault in faults for depth in range(len(fault.place.loc))}
    misspelt = {(*f.place.loc[:-1], f.meant) for f in faults if isinstance(f, UnknownKey) and f.meant}
    unread = {fault.place.loc for fault in faults if isinstance(fault, OddYaml)}
    for fault in faults:
        if isinstance(fault, WrongType) and fault.place.loc in unread:
            continue
        if fault.consequence and fault.place.loc in above | misspelt:
            continue
        if isinstance(fault, MissingPart) and fault.place.loc in misspelt:
            continue
        yield fault
