"""A node on which a service could not start takes it once the cause is gone and the failure forgotten, without a person."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hakit.core.clock import SystemClock, wait_until
from hakit.lab.lab import Lab
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client

# Forgotten soon, which has to be later than every timeout.
FORGOTTEN = 30
SPEC = f"""\
    agent: quickservice
    probe: {{ tcp: 3128 }}
    prefer: qsp-a
    timeouts: {{ start: 20, stop: 20, monitor: 20 }}
timing: {{ profile: fast, failure_timeout: {FORGOTTEN} }}
"""
FAULT = "/etc/squid/conf.d/fault.conf"


@pytest.mark.only_all("minutes of waiting for Pacemaker to look again")
def test_a_failed_start_is_tried_again(fresh_lab: Lab, tmp_path: Path) -> None:
    lab, clock, client = fresh_lab, SystemClock(), Client(fresh_lab)
    hakit, spec = Hakit(lab), tmp_path / "hakit.yaml"
    spec.write_text(lab.spec.read_text() + SPEC)
    hakit.must("bootstrap", "--yes", str(spec))
    assert client.fetch("/ping").code == 200
    hakit.put("qsp-b", FAULT, "this is no directive\n")
    lab.power_off("qsp-a")

    def failures() -> str:
        said = hakit.on("qsp-b", "crm_failcount", "--query", "--resource=squid-unit", "--node=qsp-b")
        return said.rpartition("value=")[2]

    wait_until("the start has failed on qsp-b", failures, lambda count: count == "INFINITY", clock=clock, timeout=180)
    assert client.fetch("/ping").code != 200
    hakit.on("qsp-b", "rm", FAULT)
    began = clock.now()
    wait_until(
        "squid serves from qsp-b, without a word from anybody",
        lambda: client.fetch("/ping").code,
        lambda code: code == 200,
        clock=clock,
        timeout=300,
    )
    sys.stderr.write(f"served {clock.now() - began:.0f} s after the cause was gone; forgotten after {FORGOTTEN} s\n")
    assert failures() == "0"
