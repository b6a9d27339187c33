"""What clients would notice when something fails, as the spec alone tells."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hakit.model import PROFILES, Agent, Guard, Probe, Run, Service, TcpQuestion
from hakit.model.quickservice import HUNG_ESCALATION
from hakit.plan.outlook import Expected, Fault, outlook
from tests.sample_clusters import SQUID, cluster

PROBED = replace(SQUID, agent=Agent.QUICKSERVICE, probe=Probe(TcpQuestion(3128)))
HOT = replace(PROBED, run=Run.HOT)
MEASURED = Path(__file__).parents[3] / "bench/results/failover.json"
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
    """One that is killed in any case doesn't wait for that."""
    patient, killed = (told(replace(PROBED, stop_signal=signal))[Fault.HUNG].least for signal in (None, "SIGKILL"))
    assert patient is not None and killed is not None
    assert patient == pytest.approx(killed + HUNG_ESCALATION)


@pytest.mark.parametrize("profile", ["normal", "fast"])
@pytest.mark.parametrize("service", [PROBED, HOT])
@pytest.mark.parametrize(
    ("fault", "name"),
    [(Fault.NODE, "power"), (Fault.KILLED, "killed"), (Fault.HUNG, "hung"), (Fault.NETWORK, "clients")],
)
def test_what_was_measured_lies_within_what_is_foretold(
    fault: Fault, name: str, service: Service, profile: str
) -> None:
    setup = f"hakit-{service.run.value}-{profile}"
    results = json.loads(MEASURED.read_text())["results"]
    seconds = [each["seconds"] for each in results if (each["setup"], each["fault"]) == (setup, name)]
    expected = told(replace(service, stop_signal="SIGKILL"), profile, Guard((GATEWAY,), 1))[fault]
    assert expected.least is not None and expected.most is not None
    assert len(seconds) >= 5
    assert expected.least <= min(seconds) <= max(seconds) <= expected.most


def test_our_agent_sees_a_crash_at_once_and_another_at_its_next_look() -> None:
    assert (told(HOT)[Fault.KILLED].most or 99) < (told(SQUID)[Fault.KILLED].most or 0)


def test_a_lost_network_is_noticed_by_the_guard() -> None:
    carrier = told(HOT, guard=Guard((), 1))[Fault.NETWORK]
    targets = told(HOT, guard=Guard((GATEWAY,), 1))[Fault.NETWORK]
    assert carrier.least == targets.least
    assert (carrier.most or 0) < (targets.most or 0)
