"""The spec file: YAML in, a `Cluster` or every fault with its place out. The schema library is loaded when first used."""

from __future__ import annotations

from pathlib import Path

from hakit.model import Cluster
from hakit.spec.fault import SpecFault, SpecRefused

__all__ = ["SpecFault", "SpecRefused", "check", "read"]


def check(path: Path) -> tuple[Cluster | None, tuple[SpecFault, ...]]:
    """Return the cluster, or None and every fault in the order of the file."""
    from hakit.spec import checking  # noqa: PLC0415 - loads the schema and YAML libraries

    return checking.check(path)


def read(path: Path) -> Cluster:
    """Return the cluster. Raises SpecRefused, whose message is one line per fault."""
    from hakit.spec import checking  # noqa: PLC0415 - loads the schema and YAML libraries

    return checking.read(path)
