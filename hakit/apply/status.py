"""How the cluster is: what can be seen of it, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hakit.apply.look import look_at_reachable
from hakit.core import Finding, HostUnreachable, Runner, Severity
from hakit.model import Cluster, Service
from hakit.observe import maintenance
from hakit.plan.health import report, services
from hakit.plan.seen import Seen
from hakit.plan.volume import sight


@dataclass(frozen=True, slots=True)
class Status:
    """What was seen, which nodes could not be reached, and the findings, the heaviest first."""

    seen: Seen
    missing: Mapping[str, HostUnreachable]
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing calls for anybody; notes don't."""
        return not self.missing and all(finding.severity is Severity.NOTE for finding in self.findings)


def status(cluster: Cluster, runner: Runner) -> Status:
    """Look at what can be reached. Raises HakitError when that is nothing."""
    seen, missing = look_at_reachable(cluster, runner)
    return Status(seen, missing, report.findings(seen))


def plain(found: Status) -> dict[str, object]:
    """Give the status as plain data, for programs."""
    state = found.seen.state
    cluster = found.seen.cluster
    return {
        "cluster": cluster.name,
        "healthy": found.healthy,
        "quorate": bool(state and state.quorate),
        "controller": state.dc if state else "",
        "maintenance": _maintenance(found.seen),
        "services": [_service(service, found.seen) for service in cluster.services],
        "nodes": [_node(name, found) for name in (node.name for node in cluster.nodes)],
        "findings": [
            {"code": each.code, "severity": each.severity.value, "text": each.text(), "remedy": each.remedy()}
            for each in found.findings
        ],
    }


def _maintenance(seen: Seen) -> dict[str, object]:
    on = bool(seen.state and seen.state.maintenance)
    mark = maintenance.read(seen.nodes[seen.running[0]].cib).mark if on else None
    known = mark or maintenance.Mark("", "")
    return {"on": on, "by": known.by, "since": known.since, "until": known.until}


def _service(service: Service, seen: Seen) -> dict[str, object]:
    cluster, state = seen.cluster, seen.state
    ours = services.parts(service)
    history = [each for each in state.history if each.resource in ours] if state else []
    return {
        "name": service.name,
        "unit": service.unit,
        "vip": str(service.vip.interface) if service.vip else None,
        "node": services.place(service, state) if state else "",
        "out_of_service": bool(state and services.out_of_service(cluster, service, state)),
        "since": next(
            (
                h.started
                for h in history
                if state and h.resource == services.last(service) and h.node == services.place(service, state)
            ),
            "",
        ),
        "resources": [
            {
                "id": each.id,
                "role": each.role,
                "nodes": list(each.nodes),
                "failed": each.failed,
                "blocked": each.blocked,
            }
            for each in (state.resources if state else ())
            if each.id in ours
        ],
        **({"volume": sight.plain(sight.sides(seen, service.volume))} if service.volume else {}),
        "fail_counts": [
            {"resource": h.resource, "node": h.node, "count": h.fail_count} for h in history if h.fail_count
        ],
    }


def _node(name: str, found: Status) -> dict[str, object]:
    state, ids = found.seen.state, {node.id: node.name for node in found.seen.cluster.nodes}
    known = next((each for each in state.nodes if each.name == name), None) if state else None
    links = found.seen.nodes[name].links if name in found.seen.running else ()
    return {
        "name": name,
        "reached": name in found.seen.hosts,
        "online": bool(known and known.online),
        "standby": bool(known and known.standby),
        "rings": [
            {"ring": link.ring, "peer": ids.get(link.peer, ""), "connected": link.connected}
            for link in links
            if ids.get(link.peer) != name
        ],
    }
