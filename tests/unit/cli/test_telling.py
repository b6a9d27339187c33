"""`hakit apply --json`: a change as lines for programs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hakit import spec as specs
from hakit.apply.change import Order, change
from hakit.apply.operating.reins import Means
from hakit.cli.telling import Lines
from hakit.core import HakitError, Tape
from hakit.model import Cluster
from hakit.observe.journal import Kind
from tests.doubles.clock import FakeClock
from tests.doubles.host import SimUnit
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

BROKEN = cluster(replace(SQUID, unit="broken.service"))
FASTER = cluster(replace(SQUID, prefer="qsp-a"))


def told(wanted: Cluster, hosts: SimulatedHosts, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Change it as the command does, and return what was printed."""
    lines = Lines(Tape())

    def agree(*shown: object) -> bool:
        lines.planned(shown[0], shown[1])  # type: ignore[arg-type]
        return True

    order = Order(Kind.APPLY, wanted, specs.written(wanted))
    try:
        lines.done(change(order, Means(hosts, FakeClock(), lines), agree=agree))
    except HakitError as error:
        lines.failed(error)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_plan_the_steps_and_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(FASTER, running.hosts(cluster()), capsys)
    (plan,) = (line for line in lines if line["event"] == "plan")
    planned = [(step["title"], step["host"]) for stage in plan["stages"] for step in stage["steps"]]  # type: ignore[attr-defined]
    begun = [line for line in lines if line["event"] == "step" and line["why"]]
    done = [line for line in lines if line["event"] == "step done" and (line["title"], line["host"]) in planned]
    assert [(line["title"], line["host"]) for line in begun] == planned
    assert all(line["ok"] and float(str(line["seconds"])) >= 0 for line in done) and len(done) == len(planned)
    assert [line["title"] for line in lines if line["event"] == "stage"] == [stage["title"] for stage in plan["stages"]]  # type: ignore[attr-defined]
    assert lines[-1]["event"] == "result"
    assert (lines[-1]["result"], lines[-1]["change"]["kind"]) == ("done", "apply")  # type: ignore[index]
    again = told(FASTER, running.hosts(FASTER), capsys)
    assert (again[-1]["result"], again[-1]["change"]) == ("nothing to do", None)


def test_a_rollback_says_why_and_a_refusal_too(capsys: pytest.CaptureFixture[str]) -> None:
    hosts = running.hosts()
    for host in hosts.everyone:
        host.units["broken.service"] = SimUnit()
        host.never_start = {"broken.service"}
    result = told(BROKEN, hosts, capsys)[-1]
    assert result["result"] == "failed and rolled back" and "squid-unit" in str(result["why"])
    assert result["change"]["note"]  # type: ignore[index]
    (outage,) = result["outages"]  # type: ignore[misc]
    assert (outage["service"], outage["where"], outage["longest"]) == ("squid", "192.168.233.200:3128", 2.0)
    hosts.hosts["qsp-b"].lock = "eve@admin, process 7 of 0123456789ab"
    refused = told(FASTER, hosts, capsys)[-1]
    assert refused["result"] == "failed" and "eve@admin" in str(refused["why"]) and refused["hint"]
