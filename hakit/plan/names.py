"""Names that a person said: known, or which one may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from hakit.core import HakitError
from hakit.model import Cluster


def service(cluster: Cluster, said: str) -> str:
    """Return the service's name. Raises HakitError naming the one that may have been meant."""
    return _known("service", said, (each.name for each in cluster.services))


def node(cluster: Cluster, said: str) -> str:
    """Return the node's name. Raises HakitError naming the one that may have been meant."""
    return _known("node", said, (each.name for each in cluster.nodes))


def _known(kind: str, said: str, names: Iterable[str]) -> str:
    known = list(names)
    if said in known:
        return said
    alike = difflib.get_close_matches(said, known, n=1)
    hint = f"did you mean {alike[0]!r}?" if alike else f"it knows: {', '.join(known)}"
    raise HakitError(f"there is no {kind} {said!r} in the spec", hint=hint)
