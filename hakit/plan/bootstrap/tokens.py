"""One token on all nodes, by which pcs gets to know them without a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit.core import Action, Command, Put, Remove
from hakit.observe import node
from hakit.plan.dialect import Dialect
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted

# Under its final name only when pcsd has taken it, so that the file's presence proves that.
NEW = f"{node.TOKEN}-new"


def hand_out(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Let every node's pcsd take the token, when pcs on some node does not know all nodes."""
    shared = {facts.token for facts in seen.nodes.values()}
    if not _strangers(seen) or (len(shared) == 1 and "" not in shared):
        return
    for name in seen.hosts:
        take = dialects[name].take_token(NEW)
        if not take:
            continue
        actions: tuple[Action, ...] = (
            Put(NEW, wanted.material.token, mode=0o600, backup=False),
            *take,
            Command(("mv", "--force", "--", NEW, node.TOKEN)),
        )
        yield Step("hand pcsd a token", name, "pcs then gets to know the nodes without a password", actions)


def redeem(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Make all nodes known to pcs on every node, by the token that they share."""
    addresses = {each.name: str(each.addresses[0]) for each in wanted.cluster.nodes}
    for name, facts in seen.nodes.items():
        introduce = dialects[name].authenticate(addresses, node.TOKEN) if _strangers(seen) else ()
        if introduce:
            actions = (*introduce, Remove(node.TOKEN))
            yield Step("make the nodes known to pcs", name, "pcs doesn't know them all", actions)
        elif facts.token:
            yield Step(
                "remove the token's file", name, "an earlier run was stopped before it did", (Remove(node.TOKEN),)
            )


def _strangers(seen: Seen) -> bool:
    return any(not facts.pcs_hosts.issuperset(seen.nodes) for facts in seen.nodes.values())
