"""What the other audits say of a cluster that is not as it should be, and of one that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.drill.audit import Audit, Evidence
from hakit.drill.audits import constraints, failures, log_errors, quorum, same_cib, serving
from hakit.drill.faults.service_killed import ServiceKilled
from hakit.observe.crm_mon import ClusterState, History, ResourceState
from hakit.observe.logs import Line
from tests.unit.drill.test_healing import scene
from tests.unit.report.trials import trial

CIB = '<cib admin_epoch="0" epoch="{epoch}"><configuration><constraints>{more}</constraints></configuration></cib>'
WISH = '<rsc_location id="cli-prefer-squid" rsc="squid" role="Started" node="qsp-a" score="INFINITY"/>'


def resource(part: str, node: str = "qsp-a") -> ResourceState:
    return ResourceState(f"squid-{part}", "squid", "x", "Started", (node,), failed=False, blocked=False, managed=True)


def state(*history: History, quorate: bool = True) -> ClusterState:
    found = (resource("vip"), resource("unit"))
    placed = {each.id: each.nodes for each in found}
    return ClusterState("qsp-a", quorate=quorate, resources=found, history=history, placed=placed)


def evidence(**changes: object) -> Evidence:
    cib = CIB.format(epoch=7, more="")
    good = Evidence(
        scene(), ServiceKilled(), trial(), state(), {"qsp-a": cib, "qsp-b": cib}, {"qsp-a": True, "qsp-b": True}, (),
        {"qsp-a": True, "qsp-b": False},
    )  # fmt: skip
    return replace(good, **changes)  # type: ignore[arg-type]


ALL = [serving.audit, quorum.audit, same_cib.audit, constraints.audit, failures.audit, log_errors.audit]


@pytest.mark.parametrize("audit", ALL)
def test_a_whole_cluster(audit: Audit) -> None:
    assert audit(evidence()).ok


@pytest.mark.parametrize(
    ("audit", "changes", "words"),
    [
        (serving.audit, {"units": {"qsp-a": True, "qsp-b": True}}, "also runs on qsp-b"),
        (serving.audit, {"units": {"qsp-a": False, "qsp-b": False}}, "does not run there"),
        (serving.audit, {"state": ClusterState("qsp-a", quorate=True)}, "not serving: squid"),
        (quorum.audit, {"quorate": {"qsp-a": True}}, "none on qsp-b"),
        (quorum.audit, {"state": state(quorate=False)}, "none on the controller"),
        (
            same_cib.audit,
            {"cibs": {"qsp-a": CIB.format(epoch=7, more=""), "qsp-b": CIB.format(epoch=8, more="")}},
            "0.7 and 0.8",
        ),
        (same_cib.audit, {"cibs": {"qsp-a": CIB.format(epoch=7, more="")}}, "qsp-b shows none"),
        (constraints.audit, {"cibs": {"qsp-a": CIB.format(epoch=7, more=WISH)}}, "cli-prefer-squid"),
        (failures.audit, {"state": state(History("squid-unit", "qsp-b", 1, ""))}, "squid-unit on qsp-b"),
        (log_errors.audit, {"errors": (Line(1.0, "corosync", 2, "Assert failed in totem"),)}, "Assert failed"),
    ],
)
def test_what_is_wrong_is_named(audit: Audit, changes: dict[str, object], words: str) -> None:
    found = audit(evidence(**changes))
    assert not found.ok
    assert words in found.words


def test_what_the_fencer_of_a_joining_node_says_is_not_grave() -> None:
    words = "error: apply_v2_patchset: Triggered fatal assertion at patchset.c:1258 : position == 0"
    found = log_errors.audit(evidence(errors=(Line(1.0, "pacemaker-fenced", 3, words),)))
    assert (found.ok, found.words) == (True, "none that is grave, 1 lines of priority error")


def test_a_failure_that_the_fault_explains_is_told_and_passes() -> None:
    found = failures.audit(evidence(state=state(History("squid-unit", "qsp-a", 1, ""))))
    assert found.ok
    assert "squid-unit failed on qsp-a" in found.words


def test_white_space_is_no_difference() -> None:
    one = CIB.format(epoch=7, more="")
    assert same_cib.audit(evidence(cibs={"qsp-a": one, "qsp-b": one.replace("><", ">\n  <")})).ok
