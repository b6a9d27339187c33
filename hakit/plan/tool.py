"""Which tool drives the cluster: the one asked for, else the one by which it was made, else what all nodes have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hakit.model import Tool
from hakit.observe.host import packages
from hakit.observe.host.facts import HostFacts

_PREFERENCE = (Tool.PCS, Tool.CRM)


def choice(asked: Tool, facts: Mapping[str, HostFacts], made_by: Iterable[Tool] = ()) -> Tool:
    """Give pcs or crm, never AUTO. `made_by` has each node's note of the tool by which its cluster was made.

    Where the nodes have neither in common it is pcs: preflight then says on which of them it is missing.
    """
    if asked is not Tool.AUTO:
        return asked
    noted = set(made_by)
    here = [each for each in _PREFERENCE if all(_has(fact, each) for fact in facts.values())]
    return next((each for each in here if noted == {each}), next(iter(here), Tool.PCS))


def _has(fact: HostFacts, tool: Tool) -> bool:
    return packages.TOOLS[tool] in (fact.packages or {})
