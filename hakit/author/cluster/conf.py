"""corosync.conf against the one that the spec would give."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.author.cluster.findings import Added, Imported, NotInSpec, OwnNote, SaidOtherwise
from hakit.model import Cluster
from hakit.model.sections import Section
from hakit.render import corosync

# Numbers and names by which one of several sections of a name is told from the others.
_NOTES = frozenset({"totem.cluster_uuid"})  # pcs 0.11 and later
_NAMES = {"interface": "linknumber", "node": "nodeid", "logger_subsys": "subsys"}
# What Corosync's parser takes for one another (corosync.conf(5), logging).
_SAME = {"on": "yes", "off": "no"}


def compare(file: str, conf: Section, cluster: Cluster) -> Iterator[Imported]:
    """Say every option that the spec doesn't mean, means otherwise, or means besides."""
    present, meant = dict(_flat(conf)), dict(_flat(corosync.tree(cluster)))
    for option, value in present.items():
        if option in _NOTES:
            yield OwnNote(where=file, what=option, value=value)
        elif option not in meant:
            yield NotInSpec(where=file, subject="Corosync", what=option, value=value)
        elif meant[option] != value:
            yield SaidOtherwise(where=file, subject="Corosync", what=option, value=value, meant=meant[option])
    more = tuple(f"{option}={value}" for option, value in meant.items() if option not in present)
    if more:
        yield Added(where=file, subject="Corosync", what=more)


def _flat(section: Section, above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in section.pairs:
        yield f"{above}{key}", _SAME.get(value, value)
    counts: dict[str, int] = {}
    for name in dict.fromkeys(inner.name for inner in section.sections):
        # Corosync takes sections of one name for one, but for those that are lists.
        inners = section.all(name) if name in _NAMES else (section.one(name),)
        for inner in inners:
            counts[name] = counts.get(name, 0) + 1
            own = inner.get(_NAMES[name], _default(name, counts[name])) if name in _NAMES else ""
            yield from _flat(inner, f"{above}{name}.{own}." if own else f"{above}{name}.")


def _default(name: str, count: int) -> str:
    return str(count - 1 if name == "interface" else count)
