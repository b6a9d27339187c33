"""Which tool is taken: by wish, by the notes, by what is installed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.model import Tool
from hakit.observe.host.facts import HostFacts
from hakit.plan import tool
from tests.unit.preflight.seen_hosts import hosts

BOTH = frozenset({"pcs", "crmsh"})


def facts(*installed: frozenset[str]) -> dict[str, HostFacts]:
    return {
        name: replace(fact, packages=dict.fromkeys(have, "1"))
        for (name, fact), have in zip(hosts().items(), installed, strict=True)
    }


@pytest.mark.parametrize(
    ("one", "other", "taken"),
    [
        (BOTH, BOTH, Tool.PCS),
        ({"crmsh"}, {"crmsh"}, Tool.CRM),
        (BOTH, {"crmsh"}, Tool.CRM),
        ({"pcs"}, BOTH, Tool.PCS),
        ({"pcs"}, {"crmsh"}, Tool.PCS),
        (set(), set(), Tool.PCS),
    ],
)
def test_auto_takes_what_all_nodes_have(one: set[str], other: set[str], taken: Tool) -> None:
    assert tool.choice(Tool.AUTO, facts(frozenset(one), frozenset(other))) is taken


def test_auto_stays_with_the_tool_that_made_the_cluster_while_it_is_there() -> None:
    made_by = (Tool.CRM, Tool.CRM)
    assert tool.choice(Tool.AUTO, facts(BOTH, BOTH), made_by) is Tool.CRM
    assert tool.choice(Tool.AUTO, facts(frozenset({"pcs"}), BOTH), made_by) is Tool.PCS
    assert tool.choice(Tool.AUTO, facts(BOTH, BOTH), (Tool.CRM, Tool.PCS)) is Tool.PCS, "no common word"


def test_a_wish_stands() -> None:
    assert tool.choice(Tool.CRM, facts(frozenset({"pcs"}), frozenset()), (Tool.PCS,)) is Tool.CRM
