"""Every difference between what is and what is wanted: where, what, by whose doing, and what it takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import HakitError
from hakit.model import Cluster, SbdFencing, alert
from hakit.model import sbd as sbd_words
from hakit.observe import node
from hakit.plan.changes import conf
from hakit.plan.changes.compare import Takes, compare
from hakit.plan.changes.conf import Conf
from hakit.plan.sbd import sight
from hakit.plan.seen import Seen
from hakit.plan.wanted import Wanted, with_nics
from hakit.render import Origin
from hakit.render import sbd as sbd_files

CIB = "CIB"


@dataclass(frozen=True, slots=True)
class Difference:
    """In `where` (a file or the CIB; on `node`, or everywhere when empty), at `place`, `old` should become `new`.

    None stands for not there. `takes` is what Corosync has to do for it, None for the rest.
    """

    where: str
    node: str
    place: str
    old: str | None
    new: str | None
    origin: Origin = Origin.UNKNOWN
    takes: Takes | None = None


def differences(wanted: Wanted, seen: Seen, applied: Cluster | None) -> Iterator[Difference]:
    """Say all of them. `applied` is the spec that was last in force; without it nobody knows who made a difference."""
    yield from _corosync(wanted, seen, applied)
    yield from _sbd(wanted, seen)
    yield from _agents(wanted, seen)
    if seen.running and seen.awake:
        live = seen.nodes[seen.running[0]].cib
        found = render.compared(live, wanted.cluster)
        then = with_nics(applied, seen.hosts) if applied and found else None
        base = render.facts_of(then, wanted.cluster, (each.subject for each in found)) if then else None
        for each in found:
            place = f"{each.subject}: {each.what}" if each.what else each.subject
            yield Difference(CIB, "", place, each.old, each.new, each.origin(base))


def _corosync(wanted: Wanted, seen: Seen, applied: Cluster | None) -> Iterator[Difference]:
    goal = conf.parse(wanted.corosync_conf)
    base = conf.parse(render.corosync_conf(applied)) if applied else None
    told: dict[tuple[str, str | None, str | None], list[str]] = {}
    whole: dict[tuple[str, str | None, str | None], Takes] = {}
    for name in seen.hosts:
        now = _now(seen, name)
        if now is None:
            yield Difference(node.COROSYNC_CONF, name, "the file", None, "there", Origin.SPEC)
            continue
        for change in compare(now, goal):
            key = (change.place, change.old, change.new)
            told.setdefault(key, []).append(name)
            whole[key] = change.takes
    for (place, old, new), names in told.items():
        everywhere = len(names) == len(seen.hosts)
        origin = _origin(base, goal, (place, old))
        for each in ("",) if everywhere else names:
            yield Difference(node.COROSYNC_CONF, each, place, old, new, origin, whole[place, old, new])


def _sbd(wanted: Wanted, seen: Seen) -> Iterator[Difference]:
    """Say what of sbd's file and unit is to be another; a running Corosync has to stop for it."""
    for name, host in seen.hosts.items():
        if not sight.differs(wanted, seen, name):
            continue
        takes = Takes.STOP if name in seen.started else None
        fencing = wanted.cluster.fencing
        if isinstance(fencing, SbdFencing):
            there, goal = sbd_words.values(host.sbd.file), sbd_files.settings(wanted.cluster, fencing)
            for key in dict.fromkeys((*goal, "SBD_DEVICE")):
                if there.get(key) != goal.get(key):
                    yield Difference(sbd_words.FILE, name, key, there.get(key), goal.get(key), takes=takes)
        enabled, wish = host.units[sbd_words.UNIT].enabled, isinstance(fencing, SbdFencing)
        if enabled != wish:
            old, new = ("starts with Corosync", "doesn't") if enabled else ("doesn't", "starts with Corosync")
            yield Difference(sbd_words.UNIT, name, "the unit", old, new, takes=takes)


def _now(seen: Seen, name: str) -> Conf | None:
    """Give what the node's Corosync has loaded; of one at rest, its file. None when that is missing or not ours."""
    if name in seen.started and (loaded := conf.loaded(seen.nodes[name].loaded)):
        return loaded
    found = seen.hosts[name].corosync
    try:
        return conf.parse(found.text) if found and seen.ours(name) else None
    except HakitError:
        return None


def _origin(base: Conf | None, goal: Conf, change: tuple[str, str | None]) -> Origin:
    """Say who made the difference at a place, by what was applied last."""
    if base is None:
        return Origin.UNKNOWN
    place, old = change
    moved = {each.place: each.old for each in compare(base, goal)}
    if place not in moved:
        return Origin.DRIFT
    return Origin.SPEC if moved[place] == old else Origin.BOTH


def _agents(wanted: Wanted, seen: Seen) -> Iterator[Difference]:
    for name, facts in seen.nodes.items():
        files = {path: (text, facts.agents[path]) for path, text in wanted.agents.items()}
        if wanted.cluster.alerts:
            files[alert.AGENT] = (wanted.alert_agent, facts.alert_agent)
            files[node.WATCH_UNIT] = (wanted.watch_unit, facts.watch_unit)
        for path, (text, present) in files.items():
            digest, there = hashlib.sha256(text.encode()).hexdigest(), present.partition(" ")[0]
            if there != digest:
                yield Difference(path, name, "the file", there[:12] or None, digest[:12], Origin.SPEC)
