"""What clients would notice when something fails, as the spec alone tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.model import PROFILES, Agent, Guard, Probe, Run, Service, TcpQuestion
from hakit.model.quickservice import HUNG_ESCALATION
from hakit.plan.outlook import Expected, Fault, outlook
from tests.sample_clusters import SQUID, cluster

PROBED = replace(SQUID, agent=Agent.QUICKSERVICE, probe=Probe(TcpQuestion(3128)))
HOT = replace(PROBED, run=Run.HOT)
GATEWAY = cluster().nodes[0].addresses[0]


def told(
    service: Service, profile: str = "normal", guard: Guard | None = None, nodes: int = 2
) -> dict[Fault, Expected]:
    whole = replace(cluster(service, nodes=nodes), timing=PROFILES[profile], guard=guard)
    return {each.fault: each for each in outlook(whole)}


def test_what_nobody_looks_for_is_not_noticed() -> None:
    bare = told(SQUID)
    assert (bare[Fault.HUNG].least, bare[Fault.HUNG].why) == (None, "no probe")
    assert (bare[Fault.NETWORK].least, bare[Fault.NETWORK].why) == (None, "no guard")
    assert told(replace(SQUID, vip=None), guard=Guard((), 1))[Fault.NETWORK].why == "no address"


@pytest.mark.parametrize(("profile", "most"), [("fast", 3.2), ("normal", 6.2)])
def test_a_lost_node_of_two(profile: str, most: float) -> None:
    hot, cold = told(HOT, profile)[Fault.NODE], told(PROBED, profile)[Fault.NODE]
    assert hot.least is not None and cold.least is not None and hot.most is not None
    assert hot.least < cold.least < most
    assert hot.least >= (PROFILES[profile].token * 0.8 + PROFILES[profile].consensus) / 1000


def test_three_nodes_need_longer_to_agree() -> None:
    two, three = (told(HOT, nodes=nodes)[Fault.NODE].least for nodes in (2, 3))
    assert two is not None and three is not None
    assert three > two + 2


def test_a_hung_service_is_noticed_by_its_probes() -> None:
    hung = told(HOT)[Fault.HUNG]
    assert hung.least is not None and hung.most is not None
    assert 3 < hung.least < 4 < hung.most
    patient = replace(HOT, probe=Probe(TcpQuestion(3128), timeout=5, failures=3))
    assert (told(patient)[Fault.HUNG].least or 0) > 15


def test_a_hung_unit_that_is_started_again_is_killed_before() -> None:
    """A hot service's clients don't wait for that."""
    cold, hot = told(PROBED)[Fault.HUNG], told(HOT)[Fault.HUNG]
    assert cold.least is not None and hot.least is not None and hot.most is not None
    assert cold.least >= hot.least + HUNG_ESCALATION


def test_our_agent_sees_a_crash_at_once_and_another_at_its_next_look() -> None:
    assert (told(HOT)[Fault.KILLED].most or 99) < (told(SQUID)[Fault.KILLED].most or 0)


def test_a_lost_network_is_noticed_by_the_guard() -> None:
    carrier = told(HOT, guard=Guard((), 1))[Fault.NETWORK]
    targets = told(HOT, guard=Guard((GATEWAY,), 1))[Fault.NETWORK]
    assert carrier.least == targets.least
    assert (carrier.most or 0) < (targets.most or 0)
