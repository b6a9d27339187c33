"""The service runs where it should, and nowhere else, once all is over."""

from __future__ import annotations

from hakit.drill.audit import Evidence
from hakit.plan.health import services
from hakit.report.record import Judgement

NAME = "service where it should be"


def audit(evidence: Evidence) -> Judgement:
    """Ask the cluster for every service, and the nodes for the unit of the one that was watched."""
    cluster, state = evidence.scene.cluster, evidence.state
    down = [each.name for each in cluster.services if not services.as_wished(cluster, each, state)]
    if down:
        return Judgement(NAME, ok=False, words=f"not serving: {', '.join(down)}")
    holder = "".join(state.placed.get(f"{evidence.scene.service.name}-vip", ()))
    unit = f"{evidence.scene.service.name}-unit"
    # A unit that runs on every node is a clone, whose instances are told one by one: NAME or NAME:0.
    said = {node for each in state.resources if each.id.partition(":")[0] == unit for node in each.nodes}
    strays = sorted(name for name, runs in evidence.units.items() if runs and name not in said)
    if strays:
        return Judgement(NAME, ok=False, words=f"{evidence.scene.service.unit} also runs on {', '.join(strays)}")
    if not evidence.units.get(holder):
        return Judgement(
            NAME, ok=False, words=f"{holder} has the VIP, but systemd says that the unit does not run there"
        )
    return Judgement(NAME, ok=True, words=f"on {holder}")
