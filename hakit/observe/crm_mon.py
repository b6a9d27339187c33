"""What Pacemaker says of itself: `crm_mon --output-as xml` as frozen facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from hakit.core import Command
from hakit.observe import parsing

if TYPE_CHECKING:
    from lxml import etree

# Ends with 102 (CRM_EX_DISCONNECT, "Not connected") where Pacemaker isn't running; older ones use 107 (ENOTCONN).
COMMAND = Command(
    ("crm_mon", "--one-shot", "--inactive", "--output-as", "xml"),
    ok_codes=frozenset(range(256)),
    timeout=20,
    changes_state=False,
)
# The same with all times in UTC, so that those of several nodes can be compared with each other and with ours.
COMMAND_UTC = replace(COMMAND, env={"TZ": "UTC"}, timeout=5)


@dataclass(frozen=True, slots=True)
class NodeState:
    """One cluster node as the cluster sees it."""

    name: str
    online: bool
    standby: bool
    maintenance: bool
    unclean: bool
    pending: bool
    dc: bool


@dataclass(frozen=True, slots=True)
class ResourceState:
    """One primitive: where it is active, in which role, and what is wrong with it; a clone's instances as one.

    Of those, `nodes` has all nodes that an instance is active on, and `ailing` those on which it is not well: failed,
    blocked, or in another role than Started. `target` is the role that somebody asked for, its own or its group's: `Stopped` for what is out of service.
    `orphaned`: the configuration has it no more, and Pacemaker is about to stop it.
    """

    id: str
    group: str
    agent: str
    role: str
    nodes: tuple[str, ...]
    failed: bool
    blocked: bool
    managed: bool
    target: str = ""
    ailing: tuple[str, ...] = ()
    orphaned: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed operation that has not been cleaned up."""

    operation: str
    node: str
    status: str
    reason: str
    when: str

    @property
    def resource(self) -> str:
        """Name the primitive; an operation is RESOURCE_TASK_INTERVAL."""
        return self.operation.rsplit("_", 2)[0]


@dataclass(frozen=True, slots=True)
class Ban:
    """A constraint that keeps a resource away from a node; `weight` is negative, -1000000 stands for never."""

    id: str
    resource: str
    node: str
    weight: int


@dataclass(frozen=True, slots=True)
class History:
    """What a node remembers of a resource: fail count (1000000 stands for INFINITY) and when it last started.

    Times are in the node's own zone.
    """

    resource: str
    node: str
    fail_count: int
    started: str


@dataclass(frozen=True, slots=True)
class Operation:
    """The last run of an operation on a node, as the node remembers it; `code` 0 is ok, 193 (pending) still runs."""

    resource: str
    node: str
    task: str
    code: int
    words: str
    when: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A fencing that was tried: `status` is success, failed or pending (fence-event-2.0.rng of Pacemaker)."""

    target: str
    action: str
    status: str
    by: str
    when: str


@dataclass(frozen=True, slots=True)
class ClusterState:
    """All of it. `dc` is empty while there is no elected controller yet. `known` has the resources by id."""

    dc: str = ""
    quorate: bool = False
    fencing: bool = True
    maintenance: bool = False
    nodes: tuple[NodeState, ...] = ()
    resources: tuple[ResourceState, ...] = ()
    failures: tuple[Failure, ...] = ()
    history: tuple[History, ...] = ()
    bans: tuple[Ban, ...] = ()
    placed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    fences: tuple[Fence, ...] = ()
    known: Mapping[str, ResourceState] = field(init=False, repr=False, compare=False)

    @property
    def orphans(self) -> tuple[ResourceState, ...]:
        """Give what runs although the configuration has it no more."""
        return tuple(each for each in self.resources if each.orphaned and each.nodes)

    def __post_init__(self) -> None:
        """Sort the resources, once: each service looks for its own."""
        object.__setattr__(self, "known", {resource.id: resource for resource in self.resources})


def parse(text: str) -> ClusterState | None:
    """Read the XML; None when Pacemaker isn't running there. Unknown elements and attributes are passed over."""
    if "<pacemaker-result" not in text and "<crm_mon" not in text:
        return None
    root = parsing.xml(text, "crm_mon")
    dc = root.find("summary/current_dc")
    options = root.find("summary/cluster_options")
    if dc is None or options is None:
        return None
    resources = _together(_resource(found) for found in root.iterfind("resources//resource"))
    return ClusterState(
        dc=dc.get("name", "") if _yes(dc, "present") else "",
        quorate=_yes(dc, "with_quorum"),
        fencing=_yes(options, "stonith-enabled") or _yes(options, "fencing-enabled"),
        maintenance=_yes(options, "maintenance-mode"),
        nodes=tuple(_node(found) for found in root.iterfind("nodes/node")),
        resources=resources,
        failures=tuple(_failure(found) for found in root.iterfind("failures/failure")),
        history=tuple(_histories(root)),
        bans=tuple(_ban(found) for found in root.iterfind("bans/ban")),
        placed={resource.id: resource.nodes for resource in resources},
        operations=tuple(_operations(root)),
        fences=tuple(_fence(found) for found in root.iterfind("fence_history/fence_event")),
    )


def _yes(element: etree._Element, name: str) -> bool:
    return element.get(name) == "true"


def _node(found: etree._Element) -> NodeState:
    return NodeState(
        name=found.get("name", ""),
        online=_yes(found, "online"),
        standby=_yes(found, "standby"),
        maintenance=_yes(found, "maintenance"),
        unclean=_yes(found, "unclean"),
        pending=_yes(found, "pending"),
        dc=_yes(found, "is_dc"),
    )


def _resource(found: etree._Element) -> ResourceState:
    above = found.getparent()
    nodes = tuple(node.get("name", "") for node in found.iterfind("node"))
    ill = _yes(found, "failed") or _yes(found, "blocked") or found.get("role") != "Started"
    return ResourceState(
        id=found.get("id", ""),
        group=above.get("id", "") if above is not None and above.tag == "group" else "",
        agent=found.get("resource_agent", ""),
        role=found.get("role", ""),
        nodes=nodes if _yes(found, "active") else (),
        failed=_yes(found, "failed"),
        blocked=_yes(found, "blocked"),
        managed=_yes(found, "managed"),
        target=found.get("target_role", ""),
        ailing=nodes if ill else (),
        orphaned=_yes(found, "orphaned"),
    )


def _together(found: Iterable[ResourceState]) -> tuple[ResourceState, ...]:
    """Take the instances of a clone, which crm_mon tells one by one under one id, for one resource."""
    known: dict[str, ResourceState] = {}
    for each in found:
        name = each.id.partition(":")[0]  # crm_mon numbers the instances that run nowhere
        known[name] = (
            _merged(known[name], each) if name in known else each if each.id == name else replace(each, id=name)
        )
    return tuple(known.values())


def _merged(one: ResourceState, other: ResourceState) -> ResourceState:
    active = one if one.nodes else other
    return replace(
        active,
        id=one.id,
        nodes=one.nodes + other.nodes,
        failed=one.failed or other.failed,
        blocked=one.blocked or other.blocked,
        managed=one.managed and other.managed,
        ailing=one.ailing + other.ailing,
    )


def _failure(found: etree._Element) -> Failure:
    return Failure(
        operation=found.get("op_key", found.get("id", "")),
        node=found.get("node", ""),
        status=found.get("exitstatus", ""),
        reason=found.get("exitreason", ""),
        when=_when(found.get("last-rc-change", "")),
    )


def _ban(found: etree._Element) -> Ban:
    weight = found.get("weight", "0").replace("INFINITY", "1000000")
    return Ban(found.get("id", ""), found.get("resource", ""), found.get("node", ""), int(weight))


def _histories(root: etree._Element) -> list[History]:
    seen = []
    for node in root.iterfind("node_history/node"):
        for resource in node.iterfind("resource_history"):
            starts = [op for op in resource.iterfind("operation_history") if op.get("task") == "start"]
            count = resource.get("fail-count", "0")
            seen.append(
                History(
                    resource=resource.get("id", ""),
                    node=node.get("name", ""),
                    fail_count=1_000_000 if count == "INFINITY" else int(count),
                    started=_when(starts[-1].get("last-rc-change", "")) if starts else "",
                )
            )
    return seen


def _operations(root: etree._Element) -> Iterator[Operation]:
    for found in root.iterfind("node_history/node/resource_history/operation_history"):
        resource = found.getparent()
        node = resource.getparent() if resource is not None else None
        if resource is None or node is None or not found.get("last-rc-change"):
            continue
        code, words = int(found.get("rc", "0")), found.get("rc_text", "")
        yield Operation(
            resource.get("id", ""), node.get("name", ""), found.get("task", ""), code, words,
            _when(found.get("last-rc-change", "")),
        )  # fmt: skip


def _fence(found: etree._Element) -> Fence:
    return Fence(
        target=found.get("target", ""),
        action=found.get("action", ""),
        status=found.get("status", ""),
        by=found.get("delegate", found.get("origin", "")),
        when=_when(found.get("completed", "")),
    )


@lru_cache(maxsize=1000)  # thousands of operations share a few moments
def _when(text: str) -> str:
    """Turn ctime(3)'s `Mon Nov 23 18:23:31 2026`, as crm_mon prints times, into one that sorts; else leave it."""
    try:
        return f"{datetime.strptime(text, '%a %b %d %H:%M:%S %Y'):%Y-%m-%d %H:%M:%S}"  # noqa: DTZ007 - the node's own zone
    except ValueError:
        return text
