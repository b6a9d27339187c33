"""How many nodes and rings there can be, and that they fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault

FEWEST_NODES, MOST_NODES = 2, 32  # Corosync's recommended limit; Pacemaker's own advice is 16 and fewer
MOST_RINGS = 8  # KNET_MAX_LINK; pcs has the same limit (LINKS_KNET_MAX)


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeCount(SpecFault):
    """Too few or too many nodes."""

    code = "HK140"
    matters = "One node is no cluster, and Corosync is not tested with more than 32."
    cure = "put 2 to 32 nodes under nodes"
    see = "knet and Pacemaker, supported cluster size"
    count: int

    def text(self) -> str:
        """Say how many there are and can be."""
        return f"{self.count} {'node' if self.count == 1 else 'nodes'}; a cluster has {FEWEST_NODES} to {MOST_NODES}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeIdTwice(SpecFault):
    """Two nodes with one id."""

    code = "HK141"
    matters = "Corosync tells nodes apart by their ids; with one id for two, the second cannot join."
    cure = "leave the ids out, or give every node one of its own"
    see = "corosync.conf(5), nodeid"
    id: int
    other: str

    def text(self) -> str:
        """Say who has it."""
        return f"the id {self.id} is that of '{self.other}'"


@dataclass(frozen=True, kw_only=True, slots=True)
class TooManyRings(SpecFault):
    """More rings than knet has links."""

    code = "HK142"
    matters = "knet has at most 8 links."
    cure = "leave out the networks that matter least"
    see = "corosync.conf(5), linknumber"
    count: int

    def text(self) -> str:
        """Say how many there are and can be."""
        return f"{self.count} rings; Corosync has up to {MOST_RINGS}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnevenRings(SpecFault):
    """A node with another number of rings than the first."""

    code = "HK143"
    matters = "A node that is missing from a ring loses contact when the others fall back to that ring."
    see = "corosync.conf(5), nodelist, ringX_addr"
    count: int
    wanted: int
    other: str

    def text(self) -> str:
        """Compare with the first node."""
        return f"{self.count} ring{'' if self.count == 1 else 's'}, and '{self.other}' has {self.wanted}"

    def remedy(self) -> str:
        """Say what must be so."""
        return "every node needs an address in every ring"


@dataclass(frozen=True, kw_only=True, slots=True)
class RingOptionCount(SpecFault):
    """The top-level `rings` has another number of entries than the nodes have rings."""

    code = "HK144"
    matters = (
        "The entries belong to the rings by their order; with another number it is unclear which entry means "
        "which ring."
    )
    count: int
    wanted: int

    def text(self) -> str:
        """Compare."""
        return f"options for {self.count} rings, and the nodes have {self.wanted}"

    def remedy(self) -> str:
        """Say what must be so."""
        return "give one entry per ring; '{}' leaves a ring as it is"


def node_count(spec: Draft) -> Iterator[SpecFault]:
    """Check the number of nodes."""
    data = spec.source.data
    listed = isinstance(data, dict) and isinstance(data.get("nodes"), dict)
    twice = any(fault.place.loc[:-1] == ("nodes",) for fault in spec.source.faults)  # then the count isn't meant
    if listed and not twice and not FEWEST_NODES <= len(spec.nodes) <= MOST_NODES:
        yield NodeCount(place=spec.at_key(("nodes",)), count=len(spec.nodes))


def node_ids(spec: Draft) -> Iterator[SpecFault]:
    """Check that no id is there twice."""
    owners: dict[int, str] = {}
    for node in spec.nodes:
        if node.id is None:
            continue
        if node.id in owners:
            yield NodeIdTwice(place=spec.at((*node.loc, "id")), id=node.id, other=owners[node.id])
        owners.setdefault(node.id, node.name)


def ring_counts(spec: Draft) -> Iterator[SpecFault]:
    """Check that all nodes have the same number of rings, that it isn't too large, and that the options fit."""
    first = next((node for node in spec.nodes if node.addresses), None)
    if first is None or first.addresses is None:
        return
    wanted = len(first.addresses)
    for node in spec.nodes:
        count = len(node.addresses or ())
        place = spec.at((*node.loc, "rings"))
        if count > MOST_RINGS:
            yield TooManyRings(place=place, count=count)
        if count and count != wanted:
            yield UnevenRings(place=place, count=count, wanted=wanted, other=first.name)
    if spec.rings and len(spec.rings) != wanted:
        yield RingOptionCount(place=spec.at_key(("rings",)), count=len(spec.rings), wanted=wanted)
