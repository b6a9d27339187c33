"""The running cluster's way to another corosync.conf, as stages; what needn't stop goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hakit.core import Command, HakitError, Put, Remove
from hakit.observe import node
from hakit.observe.host.facts import HostFacts
from hakit.plan.bootstrap import keys, starting
from hakit.plan.changes import conf, rest
from hakit.plan.changes.compare import Takes, compare
from hakit.plan.changes.conf import Conf
from hakit.plan.changes.course import Hop, course
from hakit.plan.dialect import Dialect
from hakit.plan.sbd import making as sbd
from hakit.plan.sbd import sight
from hakit.plan.seen import STACK, Seen
from hakit.plan.step import Stage, Step
from hakit.plan.wanted import Wanted

_KNET_ROUNDS = 2  # how many tokens long a link that comes back may need until it counts as connected


@dataclass(frozen=True, slots=True)
class Way:
    """What Corosync has loaded now, and the hops from there; none when nothing is to change or nothing runs."""

    now: Conf
    hops: tuple[Hop, ...]


def way(wanted: Wanted, seen: Seen) -> Way:
    """Find the way from what the running nodes have loaded to what is wanted."""
    goal = conf.parse(wanted.corosync_conf)
    loaded = [found for name in seen.started if (found := conf.loaded(seen.nodes[name].loaded))]
    if not loaded:
        return Way(Conf(), ())
    # Of nodes that differ, the one that is farthest behind: what the others have already, they read once more.
    now = max(loaded, key=lambda each: len(course(each, goal)))
    hops = course(now, goal)
    stops = any(hop.takes is Takes.STOP for hop in hops)
    if not stops and any(sight.differs(wanted, seen, name) for name in seen.started):
        # sbd.service starts and ends with Corosync only (RefuseManualStart=, RefuseManualStop=, PartOf=).
        hops = (*hops, Hop(sbd.title(wanted), hops[-1].conf if hops else now, Takes.STOP))
    return Way(now, hops)


def stages(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect], found: Way) -> Iterator[Stage]:
    """Give the stages of all hops; none before every started node has joined, for then it isn't known who is there."""
    if not seen.awake:
        yield Stage("Stop Corosync", tuple(rest.half_stopped(seen)))
        return
    yield Stage("Bring every node up first", tuple(_members(wanted, seen, dialects, found.now)))
    files = {name: _file(host) for name, host in _reached(seen).items()}
    now = found.now
    for hop in found.hops:
        if hop.takes is Takes.STOP:
            yield from rest.stages(wanted, seen, dialects, hop)
            return
        yield from _hop(wanted, seen, dialects, (now, hop), files)
        now = hop.conf


def _members(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect], now: Conf) -> Iterator[Step]:
    """Start members that are down, with what the others have loaded."""
    for name, host in seen.hosts.items():
        if name in now.nodes and not all(host.units[unit].running for unit in STACK):
            files = () if name in seen.started else _files(wanted, now)
            yield Step(
                "start Corosync and Pacemaker",
                name,
                "it doesn't run",
                (*files, *starting.actions(seen, dialects[name])),
            )


def _files(wanted: Wanted, which: Conf) -> tuple[Put | Remove, ...]:
    return (*keys.put(wanted.material), _put(wanted, which))


def _put(wanted: Wanted, which: Conf) -> Put:
    same = not compare(conf.parse(wanted.corosync_conf), which)
    return Put(node.COROSYNC_CONF, wanted.corosync_conf if same else which.text(), backup=False)


def _reached(seen: Seen) -> Mapping[str, HostFacts]:
    """Give the hosts that can be written to: those of the spec, and those that are to leave but haven't yet."""
    return {**seen.hosts, **{name: leaver.host for name, leaver in seen.leaving.items() if leaver}}


def _file(host: HostFacts) -> Conf | None:
    found = host.corosync
    try:
        return conf.parse(found.text) if found else None
    except HakitError:
        return None


def _hop(
    wanted: Wanted,
    seen: Seen,
    dialects: Mapping[str, Dialect],
    between: tuple[Conf, Hop],
    files: dict[str, Conf | None],
) -> Iterator[Stage]:
    now, hop = between
    if hop.leaves:
        yield Stage(f"Stop the cluster on {hop.leaves}", tuple(_stop(seen, dialects, hop.leaves)))
    yield Stage(f"Write corosync.conf: {hop.title}", tuple(_write(wanted, seen, hop, files)))
    yield Stage(f"Load corosync.conf: {hop.title}", tuple(_load(seen, dialects, now, hop)))
    if hop.joins:
        step = starting.step(wanted, seen, dialects[hop.joins], hop.joins, "it joins")
        yield Stage(f"Start the cluster on {hop.joins}", (step,))


def _stop(seen: Seen, dialects: Mapping[str, Dialect], name: str) -> Iterator[Step]:
    leaver = seen.leaving.get(name)
    if leaver and leaver.started:
        dialect = dialects.get(name) or next(iter(dialects.values()))
        yield Step("stop Corosync and Pacemaker", name, "it leaves; its services move away", dialect.stop())


def _write(wanted: Wanted, seen: Seen, hop: Hop, files: dict[str, Conf | None]) -> Iterator[Step]:
    for name in _reached(seen):
        if name not in hop.conf.nodes:
            continue
        if name == hop.joins:
            # A CIB of earlier days with a higher epoch would take the place of the cluster's own.
            stale = (Remove(f"{node.CIB}.sig"), Remove(node.CIB)) if seen.nodes[name].cib else ()
            there = files.get(name)
            ready = _same_keys(seen, name) and there is not None and not compare(there, hop.conf)
            if stale or not ready:
                actions = (*stale, *_files(wanted, hop.conf))
                yield Step("write the authkeys and corosync.conf", name, "it joins", actions)
        elif (old := files.get(name)) is None or compare(old, hop.conf):
            yield Step("write corosync.conf", name, _why(old, hop), (_put(wanted, hop.conf),))
        files[name] = hop.conf


def _same_keys(seen: Seen, name: str) -> bool:
    ours, theirs = seen.nodes[name], seen.nodes[seen.started[0]]
    return (ours.corosync_key, ours.pacemaker_key) == (theirs.corosync_key, theirs.pacemaker_key)


def _why(old: Conf | None, hop: Hop) -> str:
    said = (
        "; ".join(f"{c.place}: {c.old or 'not set'} → {c.new or 'not set'}" for c in compare(old, hop.conf))
        if old
        else ""
    )
    return said or hop.title


def _load(seen: Seen, dialects: Mapping[str, Dialect], now: Conf, hop: Hop) -> Iterator[Step]:
    name = next((each for each in seen.running if each in hop.conf.nodes), "")
    if name:
        actions = dialects[name].reload()
        token = hop.conf.token / 1000
        if hop.conf.token != now.token:
            # Corosync 3.1 reckons the links' ping times before it takes the new token over: it is told once more.
            actions += (*dialects[name].reload(), _pause(token / 3))
        if hop.conf.rings - now.rings:
            actions += (_pause(2 + _KNET_ROUNDS * token),)
        why = "Corosync takes it over on all nodes without a stop"
        yield Step("read corosync.conf again", name, why, actions)


def _pause(seconds: float) -> Command:
    return Command(("sleep", f"{seconds:.1f}"), timeout=90)
