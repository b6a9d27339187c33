"""A bootstrap killed with SIGKILL at any point is finished by the next one."""

from __future__ import annotations

import subprocess

import pytest

from hakit.lab.lab import Lab
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client, Teller

pytestmark = pytest.mark.first_release

# The run is killed when it has told this many steps: some in every stage of the plan.
DEAR = pytest.mark.only_all("two more points")
POINTS = (2, pytest.param(8, marks=DEAR), 16, pytest.param(22, marks=DEAR))


@pytest.mark.parametrize("told", POINTS)
def test_killed_and_run_again(lab: Lab, client: Client, told: int) -> None:
    lab.reset(Teller())
    hakit = Hakit(lab)
    with subprocess.Popen(
        hakit.argv("bootstrap", "--yes", hakit.spec),
        env=hakit.env,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as run:
        assert run.stderr is not None
        left = told
        for line in run.stderr:
            left -= line.startswith("✓")
            if not left:
                break
        run.kill()
    assert left == 0, "the run ended before it could be killed"
    hakit.must("bootstrap", "--yes", hakit.spec)
    assert client.fetch("/ping").code == 200
    assert "nothing to do" in hakit.must("bootstrap", hakit.spec).err
    hakit.must("destroy", "--yes", hakit.spec)
    assert hakit.on("qsp-a", "systemctl", "is-enabled", "squid") == "enabled", "the notes survived the kill"
