"""The audit that matters most: the virtual IP on one node at most."""

from __future__ import annotations

from dataclasses import replace

from hakit.drill.audit import Evidence
from hakit.drill.audits import vip_once
from hakit.drill.faults.service_killed import ServiceKilled
from hakit.observe.crm_mon import ClusterState
from hakit.report.record import Claim, Judgement, Sample
from tests.unit.report.trials import trial


def judged(*samples: tuple[float, str, int], claims: tuple[Claim, ...] = ()) -> Judgement:
    seen = tuple(Sample(when, node, vip=bool(vip), unit=True) for when, node, vip in samples)
    told = replace(trial(), samples=seen, claims=claims)
    return vip_once.audit(Evidence(None, ServiceKilled(), told, ClusterState(), {}, {}, ()))  # type: ignore[arg-type]


def test_handed_over() -> None:
    assert judged((1.0, "a", 1), (1.0, "b", 0), (2.0, "a", 0), (2.1, "b", 1), (3.0, "a", 0)).ok


def test_on_both_for_more_than_a_moment() -> None:
    found = judged((1.0, "a", 1), (1.5, "b", 1), (2.0, "a", 1), (2.5, "b", 1))
    assert not found.ok
    assert "a and b for 1.00 s" in found.words


def test_looks_within_the_same_moment_prove_nothing() -> None:
    assert judged((1.0, "a", 1), (1.05, "b", 1), (1.1, "a", 0), (2.0, "b", 1)).ok


def test_who_has_fallen_silent_has_nothing() -> None:
    # The node lost its power while it had the address.
    assert judged((1.0, "a", 1), (8.0, "b", 1), (9.0, "b", 1), (10.0, "b", 1)).ok


def test_two_that_claim_it_to_the_client() -> None:
    assert not judged((1.0, "a", 1), claims=(Claim(1.0, ("02:00", "02:01")),)).ok
    assert judged((1.0, "a", 1), claims=(Claim(1.0, ("02:00",)), Claim(2.0, ("02:01",)))).ok
