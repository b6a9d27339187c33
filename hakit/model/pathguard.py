"""What ocf:hakit:pathguard is told; a test holds the names to the agent's own metadata."""

from __future__ import annotations

from hakit.model.cluster import Cluster, Guard

ATTRIBUTE = "hakit-cut"
"""The node attribute that is 1 on a node which has lost its clients' network."""


def parameters(cluster: Cluster, guard: Guard) -> dict[str, str]:
    """Return the agent's parameters, in the order of its metadata."""
    said = {"network": str(cluster.rings[0].network)}
    if guard.targets:
        said["targets"] = " ".join(map(str, guard.targets))
    said["timeout"] = f"{guard.timeout}s"
    said["settle"] = f"{cluster.timing.guard_settle}ms"
    said["attribute"] = ATTRIBUTE
    return said
