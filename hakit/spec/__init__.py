"""The spec file: YAML in, a `Cluster` or every fault with its place out. The schema library is loaded when first used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hakit.model import Cluster
from hakit.spec.fault import SpecFault, SpecRefused

if TYPE_CHECKING:
    from hakit.spec.described import Entry
    from hakit.spec.writing import Comments

__all__ = ["SpecFault", "SpecRefused", "check", "check_text", "json_schema", "read", "reference", "written"]


def check(path: Path) -> tuple[Cluster | None, tuple[SpecFault, ...]]:
    """Return the cluster, or None and every fault in the order of the file."""
    from hakit.spec import checking  # noqa: PLC0415 - loads the schema and YAML libraries

    return checking.check(path)


def check_text(text: str, file: str) -> tuple[Cluster | None, tuple[SpecFault, ...]]:
    """Check a spec that is not in a file yet; `file` is the name for the places."""
    from hakit.spec import checking, source  # noqa: PLC0415 - loads the schema and YAML libraries

    return checking.check_source(source.parse(text, file))


def written(cluster: Cluster, comments: Comments | None = None) -> str:
    """Write the spec file that means the cluster; see `spec.writing`."""
    from hakit.spec import writing  # noqa: PLC0415 - loads the schema and YAML libraries

    return writing.written(cluster, comments)


def read(path: Path) -> Cluster:
    """Return the cluster. Raises SpecRefused, whose message is one line per fault."""
    from hakit.spec import checking  # noqa: PLC0415 - loads the schema and YAML libraries

    return checking.read(path)


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of the spec file."""
    from hakit.spec import described  # noqa: PLC0415 - loads the schema library

    return described.json_schema()


def reference() -> tuple[Entry, ...]:
    """Return every key of the spec file: path, type, default, description, and whether hakit does it already."""
    from hakit.spec import described  # noqa: PLC0415 - loads the schema library

    return described.reference()
