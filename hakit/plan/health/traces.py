"""What earlier troubles and moves left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import Finding, Severity
from hakit.plan.seen import Seen

INFINITY = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftBehind(Finding):
    """A constraint of an earlier move still steers a service."""

    code = "HK340"
    severity = Severity.WARNING
    matters = "The service is tied to a node, or barred from one, until somebody takes the constraint away."
    see = "crm_resource(8), --clear"
    ids: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"left behind by an earlier move: {', '.join(self.ids)}; the cluster may not move freely"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "crm_resource --clear --resource RESOURCE, with the name behind cli-prefer- or cli-ban-"


@dataclass(frozen=True, kw_only=True, slots=True)
class FailCount(Finding):
    """A node remembers failures of a resource."""

    code = "HK341"
    severity = Severity.WARNING
    matters = (
        "At the migration threshold the node no longer gets the resource; older failures count until failure-timeout."
    )
    see = "Pacemaker Explained, migration-threshold"
    resource: str
    node: str
    count: int

    def text(self) -> str:
        """Say in one line what is so."""
        times = (
            "failed to start or stop" if self.count >= INFINITY else f"failed {self.count} time{'s'[: self.count > 1]}"
        )
        return f"{self.resource} {times} on {self.node}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "when the cause is mended: hakit cleanup"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed(Finding):
    """An operation failed, and why."""

    code = "HK342"
    severity = Severity.WARNING
    matters = "It is the trace of what went wrong; a stop that failed keeps the service from moving."
    cure = "look at the resource's log on that node (journalctl), mend the cause, then: hakit cleanup"
    see = "Pacemaker Explained, OCF return codes"
    operation: str
    node: str
    status: str
    reason: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"{self.operation} on {self.node}: {self.status}{f': {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Orphan(Finding):
    """A resource that was taken out of the configuration, and runs."""

    code = "HK347"
    severity = Severity.WARNING
    matters = "Pacemaker stops what the configuration has no more; this is about to be stopped, or could not be."
    cure = "wait a moment; if it stays: hakit events, and the property stop-orphan-resources"
    see = "Pacemaker Explained, stop-orphan-resources"
    resource: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"{self.resource} was taken out of the configuration, and still runs on {', '.join(self.nodes)}"


def check(seen: Seen) -> Iterator[Finding]:
    """Look for constraints of moves, fail counts, failed operations, and what runs though nobody wants it."""
    state = seen.state
    if state is None:
        return
    left = render.leftovers(seen.nodes[seen.running[0]].cib)
    if left:
        yield LeftBehind(ids=left)
    for history in state.history:
        if history.fail_count:
            yield FailCount(resource=history.resource, node=history.node, count=history.fail_count)
    for failure in state.failures:
        yield Failed(operation=failure.operation, node=failure.node, status=failure.status, reason=failure.reason)
    for orphan in state.orphans:
        yield Orphan(resource=orphan.id, nodes=orphan.nodes)
