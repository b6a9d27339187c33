"""What the host makes of the nodes' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from hakit.core import Action, Command, Outcome
from hakit.model import Cluster
from hakit.model.cluster import Address


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Ask for the addresses of every node's name, as the host's own programs would see them."""
    return tuple(
        Command(
            ("getent", "ahosts", node.name),
            # A name server that does not answer must not hold everything up (resolv.conf(5)).
            env={"RES_OPTIONS": "timeout:1 attempts:1"},
            ok_codes=frozenset({0, 2}),  # getent(1): 2, the name could not be found
            timeout=4,
            changes_state=False,
        )
        for node in cluster.nodes
    )


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Mapping[str, tuple[Address, ...]]:
    """Return the addresses of each node's name, in order and without repetition; none when it does not resolve."""
    return {
        node.name: tuple(dict.fromkeys(_addresses(outcome.stdout)))
        for node, outcome in zip(cluster.nodes, outcomes, strict=True)
    }


def _addresses(text: str) -> list[Address]:
    return [ip_address(line.split()[0].partition("%")[0]) for line in text.splitlines() if line.strip()]
