"""What the path guard says, and where services can go then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.core import HakitError
from hakit.model import Guard
from hakit.observe.crm_mon import ResourceState
from hakit.plan.health import guard
from hakit.plan.seen import Seen
from hakit.plan.switchover import move
from tests.sample_clusters import cluster
from tests.unit.plan import running

STATE = """<node_state id="{id}" uname="{name}"><transient_attributes id="{id}"><instance_attributes id="s-{id}">
<nvpair id="n-{id}" name="hakit-cut" value="{value}"/></instance_attributes></transient_attributes></node_state>"""


@pytest.fixture(scope="module")
def watched() -> Seen:
    """Three nodes, all watched, and squid on the first."""
    whole = running.seen(cluster(nodes=3))
    names = tuple(whole.hosts)
    clone = ResourceState("hakit-pathguard", "", "ocf:hakit:pathguard", "Started", names, False, False, True)
    whole = running.state(whole, lambda old: replace(old, resources=(*old.resources, clone)))
    return replace(whole, cluster=replace(whole.cluster, guard=Guard((), 1)))


def cut(whole: Seen, *names: str) -> Seen:
    """See these nodes cut off, and the others not any more."""
    states = "".join(
        STATE.format(id=number, name=name, value=int(name in names)) for number, name in enumerate(whole.hosts, 1)
    )
    for name, facts in whole.nodes.items():
        whole = running.node(whole, name, cib=facts.cib.replace("</cib>", f"<status>{states}</status></cib>"))
    return whole


def test_all_is_well(watched: Seen) -> None:
    assert list(guard.check(watched)) == []
    assert list(guard.check(cut(watched))) == []


def test_a_node_that_is_cut_off(watched: Seen) -> None:
    assert list(guard.check(cut(watched, "qsp-b"))) == [guard.CutOff(node="qsp-b")]
    assert move(cut(watched, "qsp-b"), "squid", None).target == "qsp-c"
    with pytest.raises(HakitError, match="qsp-b has lost its clients' network"):
        move(cut(watched, "qsp-b"), "squid", "qsp-b")


def test_all_nodes_are_cut_off(watched: Seen) -> None:
    names = tuple(watched.hosts)
    assert list(guard.check(cut(watched, *names))) == [guard.AllCutOff(nodes=names)]
    alone = running.member(cut(watched, "qsp-a", "qsp-b"), "qsp-c", online=False)
    assert guard.AllCutOff(nodes=("qsp-a", "qsp-b")) in list(guard.check(alone))


def test_a_node_on_which_nobody_watches(watched: Seen) -> None:
    found = running.resource(watched, "hakit-pathguard", nodes=("qsp-a", "qsp-b"))
    assert list(guard.check(found)) == [guard.Unwatched(node="qsp-c")]
    assert list(guard.check(running.member(found, "qsp-c", standby=True))) == []


def test_without_a_guard_nothing_is_looked_for(watched: Seen) -> None:
    bare = replace(watched, cluster=cluster(nodes=3))
    assert list(guard.check(cut(bare, "qsp-a"))) == []
