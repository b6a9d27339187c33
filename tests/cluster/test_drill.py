"""`hakit drill` on real nodes: what it breaks is whole again, also when it is interrupted, and its report says what happened."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from lxml import etree, html

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.report import lines
from hakit.report.outage import loss
from hakit.report.record import Record
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client

pytestmark = pytest.mark.first_release

# A node that boots again costs half a minute: on one release.
SHORT = ("switchover", "service-killed")
LONG = (*SHORT, "power-lost", "node-rebooted", "move-then-power", "ring1-lost", "corosync-killed", "rings-lost")


@pytest.fixture(scope="module")
def spec(fresh_lab: Lab) -> str:
    path = fresh_lab.spec.with_name("drill.yaml")
    more = "    agent: quickservice\n    probe: { tcp: 3128 }\n"
    path.write_text(fresh_lab.spec.read_text().rstrip("\n") + "\n" + more)
    return str(path)


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab, spec: str) -> Hakit:
    hakit = Hakit(fresh_lab)
    hakit.must("bootstrap", "--yes", spec)
    return hakit


def test_what_is_broken_is_whole_again(hakit: Hakit, lab: Lab, spec: str, client: Client, tmp_path: Path) -> None:
    faults = LONG if lab.release is Release.BOOKWORM else SHORT
    answer = hakit("drill", spec, "--yes", "--only", ",".join(faults), "--allow-split-brain", "--output", str(tmp_path))
    # 1: a clock that others keep busy may make an outage longer than expected. Audits are another matter.
    assert answer.code in {0, 1}, answer.err
    record = lines.parse((tmp_path / "record.jsonl").read_text(), "record")
    assert sorted(trial.fault for trial in record.trials) == sorted(faults)
    wrong = [
        f"{trial.fault}: {each.audit}: {each.words}" for trial in record.trials for each in trial.audits if not each.ok
    ]
    assert wrong == [], answer.out
    assert [trial.error for trial in record.trials if trial.error] == []
    assert all(loss(trial).back for trial in record.trials)
    seen_from_outside(record)
    reported(tmp_path, len(faults))
    assert client.fetch("/numbered/7").body == "7\n"
    assert re.search(r"^service squid on|✓ service squid on", hakit.must("status", spec).out, re.MULTILINE)


def seen_from_outside(record: Record) -> None:
    """The nodes' own words, the client's and the logs must tell the same story."""
    lost = {trial.fault: trial for trial in record.trials}
    moved = lost["switchover"]
    assert len({sample.node for sample in moved.samples if sample.vip}) == 2
    assert len({mac for claim in moved.claims for mac in claim.macs}) == 2
    assert loss(lost["service-killed"]).questions > 0
    assert moved.marks
    if "power-lost" in lost:
        assert loss(lost["power-lost"]).longest > 0.5
        assert loss(lost["ring1-lost"]).questions == 0
        rebooted = lost["node-rebooted"]
        own = [sample.vip for sample in rebooted.samples if sample.node == rebooted.node]
        assert own[0], "it had the address"
        assert not own[-1], "and it was watched until it had given it up"


def reported(folder: Path, faults: int) -> None:
    """The page and the JUnit file are there and whole."""
    assert len(html.fromstring((folder / "report.html").read_text()).findall(".//svg")) == faults
    assert etree.parse(folder / "junit.xml").getroot().get("tests") == str(faults)


def test_an_interrupted_drill_heals(hakit: Hakit, lab: Lab, spec: str, client: Client, tmp_path: Path) -> None:
    argv = [
        "env",
        "--default-signal=INT",
        *hakit.argv("drill", spec, "--yes", "--only", "service-hung", "--patience", "300"),
    ]
    argv += ["--output", str(tmp_path)]
    drill = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=hakit.env)
    stopped: list[str] = []
    end = time.monotonic() + 120
    while not stopped:
        assert drill.poll() is None and time.monotonic() < end
        stopped = [node for node in ("qsp-a", "qsp-b") if "T" in states(hakit, node)]
        time.sleep(0.05)  # noqa: TID251 - it watches another process
    os.kill(drill.pid, signal.SIGINT)
    said = drill.communicate(timeout=300)[0]
    assert drill.returncode == 130, said
    assert [states(hakit, node) for node in ("qsp-a", "qsp-b") if "T" in states(hakit, node)] == []
    end = time.monotonic() + 120
    while client.fetch("/numbered/8").body != "8\n":
        assert time.monotonic() < end, said
    for node in lab.nodes:
        left = hakit.on(node.name, "systemctl", "list-units", "--all", "--no-legend", "hakit-drill-*")
        assert left == "", left


def states(hakit: Hakit, node: str) -> str:
    """Give the states of squid's processes: T for one that was stopped, ps(1)."""
    return hakit.on(node, "ps", "-C", "squid", "-o", "state=")
