"""What happened, in an operator's words: by comparing one sight of the cluster with the next, and from its own memory.

Pure: `follow` takes what was told so far and the next sight. A sight is what nodes said within the same second or
two; a node that doesn't answer is missing from it, which is not yet a loss: that is for the others to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from hakit.model import Cluster, Service
from hakit.observe.crm_mon import ClusterState, Failure, Fence, NodeState
from hakit.observe.links import Link
from hakit.plan.health import services


class Kind(StrEnum):
    """What kind of thing happened."""

    SERVICE_UP = "service up"
    SERVICE_DOWN = "service down"
    SERVICE_MOVED = "service moved"
    SERVICE_FAILED = "service failed"
    OUT_OF_SERVICE = "out of service"
    IN_SERVICE = "in service"
    NODE_LOST = "node lost"
    NODE_BACK = "node back"
    NODE_SILENT = "node silent"
    NODE_ANSWERS = "node answers"
    STANDBY = "standby"
    UNSTANDBY = "unstandby"
    FENCED = "fenced"
    RING_LOST = "ring lost"
    RING_BACK = "ring back"
    QUORUM_LOST = "quorum lost"
    QUORUM_BACK = "quorum back"
    MAINTENANCE_ON = "maintenance on"
    MAINTENANCE_OFF = "maintenance off"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `when` is in UTC: to the second from Pacemaker's memory, else when it was seen.

    `subject` is the service or node that it happened to; `node` is where, empty when that is no one node.
    """

    when: datetime
    kind: Kind
    subject: str
    node: str
    text: str


@dataclass(frozen=True, slots=True)
class Sight:
    """One look: the best-informed state, each answering node's links, and the nodes that don't answer, with the reason."""

    at: datetime
    state: ClusterState | None = None
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """What is known so far: the last sight, each service's last node, and since when it serves there or doesn't.

    Failures and fencings are kept once seen: crm_mon may leave one out for a while, and that it is back is no news.
    """

    sight: Sight | None = None
    known: ClusterState | None = None
    last: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    failures: frozenset[Failure] = frozenset()
    fences: frozenset[Fence] = frozenset()


def follow(cluster: Cluster, story: Story, sight: Sight) -> tuple[Story, tuple[Happening, ...]]:
    """Take the next sight: the story with it, and what happened in between. Of the first sight nothing is told."""
    if story.sight is None:
        return _begun(cluster, sight), ()
    told = tuple(_between(cluster, story, sight))
    state = sight.state if sight.state and sight.state.dc else None
    last, since = dict(story.last), dict(story.since)
    for service in cluster.services if state else ():
        there, before = services.place(service, state) if state else "", _place(service, story.known)
        if there != before or service.name not in since:
            since[service.name] = sight.at
        if there:
            last[service.name] = there
    failures, fences = story.failures, story.fences
    if state:
        failures, fences = failures | set(state.failures), fences | set(state.fences)
    return Story(sight, state or story.known, last, since, failures, fences), told


def remembered(cluster: Cluster, state: ClusterState, since: datetime) -> tuple[Happening, ...]:
    """Tell what the cluster itself remembers: of each operation the last run, failures and fencings; oldest first."""
    found = [*_starts_and_stops(cluster, state), *_failed(cluster, state.failures), *_fenced(state, frozenset())]
    return tuple(sorted((each for each in found if each.when >= since), key=lambda each: each.when))


def parts_of(cluster: Cluster) -> Mapping[str, Service]:
    """Map each primitive of the CIB to its service."""
    return {part: service for service in cluster.services for part in services.parts(service)}


def _begun(cluster: Cluster, sight: Sight) -> Story:
    state = sight.state if sight.state and sight.state.dc else None
    last = {each.name: place for each in cluster.services if state and (place := services.place(each, state))}
    since = {
        name: moment
        for name, node in last.items()
        if state and (moment := _started(cluster.service(name), node, state))
    }
    failures, fences = (state.failures, state.fences) if state else ((), ())
    return Story(sight, state, last, since, frozenset(failures), frozenset(fences))


def _started(service: Service, node: str, state: ClusterState) -> datetime | None:
    part = services.last(service)
    starts = [h.started for h in state.history if h.resource == part and h.node == node and h.started]
    return _moment(starts[0]) if starts else None


def _between(cluster: Cluster, story: Story, sight: Sight) -> Iterator[Happening]:
    before = story.sight or Sight(sight.at)
    yield from _silent(before, sight)
    yield from _rings(cluster, before, sight)
    old, new = story.known, sight.state
    if old is None or new is None or not new.dc:
        return
    yield from _nodes(old, new, sight.at)
    yield from _whole(old, new, sight.at)
    yield from _fenced(new, story.fences)
    yield from _failed(cluster, tuple(each for each in new.failures if each not in story.failures))
    for service in cluster.services:
        yield from _service(cluster, service, story, new, sight.at)


def _silent(before: Sight, after: Sight) -> Iterator[Happening]:
    for name, reason in after.missing.items():
        if name not in before.missing:
            yield Happening(after.at, Kind.NODE_SILENT, name, name, f"{name} does not answer here: {reason}")
    for name in before.missing:
        if name not in after.missing:
            yield Happening(after.at, Kind.NODE_ANSWERS, name, name, f"{name} answers again")


def _rings(cluster: Cluster, before: Sight, after: Sight) -> Iterator[Happening]:
    old, new = _cut(cluster, before), _cut(cluster, after)
    here = _online(after) & set(after.links)
    for first, second, ring in sorted(new - old):
        text = f"ring {ring} is lost between {first} and {second}"
        yield Happening(after.at, Kind.RING_LOST, f"ring {ring}", first, text)
    for first, second, ring in sorted(old - new):
        if {first, second} <= here:
            text = f"ring {ring} is back between {first} and {second}"
            yield Happening(after.at, Kind.RING_BACK, f"ring {ring}", first, text)


def _online(sight: Sight) -> set[str]:
    return {node.name for node in sight.state.nodes if node.online} if sight.state else set()


def _cut(cluster: Cluster, sight: Sight) -> set[tuple[str, str, int]]:
    """Name the rings that are cut between nodes of which both take part: that a lost node's are gone goes without saying."""
    names = {node.id: node.name for node in cluster.nodes}
    online = _online(sight)
    found = set()
    for name, links in sight.links.items():
        for link in links:
            peer = names.get(link.peer, "")
            if peer != name and {peer, name} <= online and not link.connected:
                first, second = sorted((name, peer))
                found.add((first, second, link.ring))
    return found


def _nodes(old: ClusterState, new: ClusterState, at: datetime) -> Iterator[Happening]:
    known = {node.name: node for node in old.nodes}
    for node in new.nodes:
        before = known.get(node.name)
        if before is not None:
            yield from _node(before, node, at)


def _node(before: NodeState, node: NodeState, at: datetime) -> Iterator[Happening]:
    name = node.name
    if before.online and not node.online:
        how = "; it may still run its services, and is to be fenced" if node.unclean else ""
        yield Happening(at, Kind.NODE_LOST, name, name, f"node {name} is lost to the cluster{how}")
    if node.online and not before.online:
        yield Happening(at, Kind.NODE_BACK, name, name, f"node {name} is back")
    if node.standby and not before.standby:
        yield Happening(at, Kind.STANDBY, name, name, f"node {name} was put into standby")
    if before.standby and not node.standby:
        yield Happening(at, Kind.UNSTANDBY, name, name, f"node {name} takes part again")


def _whole(old: ClusterState, new: ClusterState, at: datetime) -> Iterator[Happening]:
    if old.quorate and not new.quorate:
        yield Happening(at, Kind.QUORUM_LOST, "cluster", "", "quorum is lost: services are stopped")
    if new.quorate and not old.quorate:
        yield Happening(at, Kind.QUORUM_BACK, "cluster", "", "quorum is back")
    if new.maintenance and not old.maintenance:
        text = "maintenance began: nothing is watched, started or moved"
        yield Happening(at, Kind.MAINTENANCE_ON, "cluster", "", text)
    if old.maintenance and not new.maintenance:
        yield Happening(at, Kind.MAINTENANCE_OFF, "cluster", "", "maintenance ended")


def _service(cluster: Cluster, service: Service, story: Story, new: ClusterState, at: datetime) -> Iterator[Happening]:
    name, old = service.name, story.known
    before, after = _place(service, old), _place(service, new)
    rested = bool(old and services.out_of_service(cluster, service, old))
    rests = bool(services.out_of_service(cluster, service, new))
    if rests and not rested:
        yield Happening(at, Kind.OUT_OF_SERVICE, name, before, f"{name} was taken out of service")
    if rested and not rests:
        yield Happening(at, Kind.IN_SERVICE, name, "", f"{name} was put back in service")
    if before == after:
        return
    if not after:
        yield Happening(at, Kind.SERVICE_DOWN, name, before, f"{name} serves no more on {before}")
        return
    last = story.last.get(name, "")
    gone = (
        ""
        if before or name not in story.since
        else f", by the cluster's word {_seconds(story.since[name], at)} without it"
    )
    if last and last != after:
        yield Happening(at, Kind.SERVICE_MOVED, name, after, f"{name} moved from {last} to {after}{gone}")
    else:
        word = "serves again" if last else "serves"
        yield Happening(at, Kind.SERVICE_UP, name, after, f"{name} {word} on {after}{gone}")


def _place(service: Service, state: ClusterState | None) -> str:
    return services.place(service, state) if state else ""


def _seconds(start: datetime, end: datetime) -> str:
    return f"about {max(0.0, (end - start).total_seconds()):.0f} s"


def _failed(cluster: Cluster, failures: tuple[Failure, ...]) -> Iterator[Happening]:
    owners = parts_of(cluster)
    for each in failures:
        owner = owners.get(each.resource)
        moment = _moment(each.when)
        if owner is None or moment is None:
            continue
        task = each.operation.rsplit("_", 2)[1] if each.operation.count("_") > 1 else each.operation
        why = f": {each.reason}" if each.reason else ""
        text = f"{owner.name} failed on {each.node}: {task} of {each.resource} ended with {each.status}{why}"
        yield Happening(moment, Kind.SERVICE_FAILED, owner.name, each.node, text)


def _fenced(state: ClusterState, known: frozenset[Fence]) -> Iterator[Happening]:
    for each in state.fences:
        moment = _moment(each.when)
        if each in known or each.status == "pending" or moment is None:
            continue
        how = "was fenced" if each.status == "success" else "could not be fenced"
        by = f" by {each.by}" if each.by else ""
        yield Happening(moment, Kind.FENCED, each.target, each.target, f"node {each.target} {how} ({each.action}{by})")


def _starts_and_stops(cluster: Cluster, state: ClusterState) -> Iterator[Happening]:
    """The part that starts last and stops first stands for its service."""
    owners = {services.last(service): service.name for service in cluster.services}
    for each in state.operations:
        moment = _moment(each.when)
        if each.resource not in owners or moment is None or each.code != 0:
            continue
        name = owners[each.resource]
        if each.task == "start":
            yield Happening(moment, Kind.SERVICE_UP, name, each.node, f"{name} started on {each.node}")
        elif each.task == "stop":
            yield Happening(moment, Kind.SERVICE_DOWN, name, each.node, f"{name} stopped on {each.node}")


def _moment(text: str) -> datetime | None:
    """Read a time that crm_mon gave in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
