"""`hakit drill` where nobody can reach for power and cables, asking from a host that ssh reaches: as on a cluster that is no lab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from hakit.report import lines
from hakit.report.outage import loss
from tests.cluster.command import Hakit
from tests.cluster.conftest import Teller, releases, test_lab_name


@pytest.fixture(scope="module")
def hakit() -> Iterator[tuple[Hakit, str]]:
    """Two nodes that hakit doesn't know to be a lab's, and a third host for the client."""
    name = test_lab_name("ssh")
    try:
        lab = Lab.up(name, Teller(), release=releases()[0], nodes=3)
        text = lab.spec.read_text()
        third = next(line for line in text.splitlines(keepends=True) if line.strip().startswith("qsp-c:"))
        folder = lab.layout.folder / "apart"
        folder.mkdir()
        (folder / "config").write_text(lab.ssh_config.read_text())
        spec = folder / "hakit.yaml"
        spec.write_text(text.replace(third, "").rstrip("\n") + "\n    agent: quickservice\n    probe: { tcp: 3128 }\n")
        hakit = Hakit(lab)
        hakit.env["HAKIT_SSH_CONFIG"] = str(folder / "config")
        hakit.must("bootstrap", "--yes", str(spec))
        yield hakit, str(spec)
    finally:
        Lab.down(name)


def test_without_a_client_it_says_what_is_missing(hakit: tuple[Hakit, str]) -> None:
    command, spec = hakit
    answer = command("drill", spec, "--yes")
    assert answer.code == 2
    assert "--client HOST" in answer.err


def test_what_needs_hands_is_left_out_and_the_rest_is_done(hakit: tuple[Hakit, str], tmp_path: Path) -> None:
    command, spec = hakit
    faults = ("switchover", "service-killed", "power-lost", "ring1-lost")
    words = ("--client", "qsp-c", "--only", ",".join(faults), "--output", str(tmp_path))
    answer = command("drill", spec, "--yes", *words)
    assert answer.code in {0, 1}, answer.err
    record = lines.parse((tmp_path / "record.jsonl").read_text(), "record")
    trials = {trial.fault: trial for trial in record.trials}
    assert set(trials) == set(faults)
    assert "only a lab" in trials.pop("power-lost").skipped
    wrong = [f"{trial.fault}: {each.words}" for trial in trials.values() for each in trial.audits if not each.ok]
    assert wrong == [], answer.out
    assert all(loss(trial).back and not trial.error and not trial.skipped for trial in trials.values())
    assert len({mac for claim in trials["switchover"].claims for mac in claim.macs}) == 2, "the host asked by ARP"
    assert record.about["from"] == "qsp-c"
    assert "cli-" not in command.on("qsp-a", "cibadmin", "--query", "--scope", "constraints")
