"""Changes of a running cluster on real nodes: done, rolled back, two at once, killed anywhere."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hakit.lab.lab import Lab
from tests.cluster.command import Answer, Hakit
from tests.cluster.conftest import Client

NODES = ("qsp-a", "qsp-b")
WEB = {"unit": "nginx.service", "vip": "192.168.233.201/24"}
BROKEN = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/false\n"
JOURNAL = "/var/lib/hakit/history/journal.json"


@pytest.fixture(scope="module")
def hakit(first_release_lab: Lab) -> Hakit:
    hakit = Hakit(first_release_lab)
    for node in NODES:
        hakit.put(node, "/etc/systemd/system/broken.service", BROKEN)
        hakit.on(node, "systemctl", "daemon-reload")
    hakit.must("bootstrap", "--yes", hakit.spec)
    return hakit


def variant(  # noqa: PLR0913 - what can differ
    hakit: Hakit,
    folder: Path,
    name: str,
    *,
    services: Mapping[str, Mapping[str, str]] | None = None,
    rings: int = 2,
    timing: str = "normal",
) -> str:
    """Write the lab's spec with services added or changed, with fewer rings, or another timing; return the path."""
    yaml = YAML()
    content = yaml.load(Path(hakit.spec).read_text())
    for service, said in (services or {}).items():
        content["services"][service] = {**content["services"].get(service, {}), **said}
    for node in content["nodes"].values():
        node["rings"] = list(node["rings"])[:rings]
    if timing != "normal":
        content["timing"] = timing
    file = folder / f"{name}.yaml"
    with file.open("w") as out:
        yaml.dump(content, out)
    return str(file)


def last(hakit: Hakit) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(hakit.must("history", "--json", hakit.spec).out)["changes"][-1]
    return entry


def nothing_left(hakit: Hakit, spec: str) -> None:
    """Assert that the plan is empty; behind that it tells what clients would notice when something fails."""
    assert hakit.must("plan", spec).out.startswith("nothing to do\n")


def test_a_change_is_planned_done_and_noted_on_both_nodes(hakit: Hakit, client: Client, tmp_path: Path) -> None:
    assert last(hakit)["kind"] == "bootstrap"
    spec = variant(hakit, tmp_path, "grown", services={"web": WEB}, timing="relaxed")
    before = hakit.on("qsp-a", "systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "squid", "corosync")
    answer = hakit.must("apply", "--yes", spec)
    assert "resource web: nothing → there" in answer.err
    assert "squid: no outage" in answer.err
    nothing_left(hakit, spec)
    now = hakit.on("qsp-a", "systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "squid", "corosync")
    assert now == before, "neither squid nor Corosync needed to stop"
    assert "totem.token (u32) = 10000" in hakit.on("qsp-b", "corosync-cmapctl")
    entry = last(hakit)
    assert (entry["kind"], entry["result"], entry["checkpoint"]) == ("apply", "done", True)
    for node in NODES:
        assert hakit.on(node, "stat", "-c", "%a", JOURNAL) == "600"
        assert entry["name"] in hakit.on(node, "cat", JOURNAL)
        assert hakit.on(node, "ls", "/run/hakit") == "", "the lock is given back"
    hakit.must("rollback", "--yes", "--spec", hakit.spec)
    nothing_left(hakit, hakit.spec)
    assert [last(hakit)["kind"], client.fetch("/ping").code] == ["rollback", 200]
    assert hakit.must("history", "--show", "now", hakit.spec).out == Path(hakit.spec).read_text()


def test_what_breaks_the_service_is_rolled_back_by_itself(hakit: Hakit, client: Client, tmp_path: Path) -> None:
    spec = variant(hakit, tmp_path, "broken", services={"squid": {"unit": "broken.service"}})
    answer = hakit("apply", "--yes", spec)
    assert answer.code == 4, answer.err
    assert "rolled back" in answer.err and "squid: outage" in answer.err
    assert client.fetch("/ping").code == 200
    entry = last(hakit)
    assert entry["result"] == "failed and rolled back"
    assert any("squid: outage" in line for line in entry["outages"])
    nothing_left(hakit, hakit.spec)
    hakit.must("status", hakit.spec)


@contextmanager
def begun(hakit: Hakit, told: int, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command; the body begins when it has told so many steps, or has ended."""
    with subprocess.Popen(
        hakit.argv(*words), env=hakit.env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as run:
        assert run.stderr is not None
        while told and (line := run.stderr.readline()):
            told -= line.startswith("✓")
        try:
            yield run
        finally:
            run.kill()
            run.stderr.read()


def test_two_at_once_one_wins_the_other_says_so(hakit: Hakit, tmp_path: Path) -> None:
    spec = variant(hakit, tmp_path, "two", services={"web": WEB})
    with begun(hakit, 3, "apply", "--yes", spec) as first:  # two of preflight, and one under the lock
        first.send_signal(signal.SIGSTOP)
        second = hakit("apply", "--yes", spec)
        assert second.code == 4, second.err
        assert f"process {first.pid}" in second.err and "nothing was changed" in second.err
        first.send_signal(signal.SIGCONT)
        assert first.stderr is not None
        first.stderr.read()
        assert first.wait(timeout=400) == 0
    nothing_left(hakit, spec)


def test_what_somebody_changed_since_the_plan_is_not_overwritten(hakit: Hakit, tmp_path: Path) -> None:
    spec = variant(hakit, tmp_path, "moved", services={"web": {"unit": "nginx.service", "vip": "192.168.233.202/24"}})
    with subprocess.Popen(
        hakit.argv("apply", spec), env=hakit.env, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asking:
        assert asking.stdin is not None and asking.stderr is not None
        while "foretell" not in (line := asking.stderr.readline()):
            assert line, "it ended before it asked"
        hakit.on("qsp-b", "pcs", "resource", "update", "web-vip", "ip=192.168.233.203")
        said = asking.communicate("y\n", timeout=200)[1]
        assert asking.returncode == 4
    assert "somebody else changed the cluster" in said
    assert "192.168.233.203" in hakit.on("qsp-a", "cibadmin", "--query", "--scope", "resources")
    assert "changed both in the spec and by hand" in hakit("plan", spec).out
    hakit.must("apply", "--yes", spec)


def changed(hakit: Hakit, folder: Path, *, there: bool) -> str:
    """Give one of two specs between which there is something to do in every stage."""
    if there:
        return variant(hakit, folder, "there", services={"web": WEB}, rings=1, timing="fast")
    return variant(hakit, folder, "back", services={"web": {**WEB, "vip": "192.168.233.202/24"}})


def finished(hakit: Hakit, client: Client, spec: str) -> Answer:
    answer = hakit.must("apply", "--yes", spec)
    assert "it runs as declared" in answer.err
    nothing_left(hakit, spec)
    assert client.fetch("/ping").code == 200
    assert last(hakit)["result"] == "done"
    return answer


def killings() -> list[object]:
    """Give (steps told, seconds more) for each kill; the plan of both ways has nine, two of them preflight's."""
    few = ((4, 0.0), (6, 0.3))
    many = [(told, more) for more in (0.0, 0.4) for told in range(11)]
    dear = pytest.mark.only_all("killing apply at every step")
    return [
        *(pytest.param(*point, id=f"few-{point[0]}") for point in few),
        *(pytest.param(*point, marks=dear, id=f"{point[0]}-{point[1]}") for point in many),
    ]


@pytest.mark.parametrize(("told", "more"), killings())
def test_killed_and_run_again(hakit: Hakit, client: Client, tmp_path: Path, told: int, more: float) -> None:
    spec = changed(hakit, tmp_path, there=told % 2 == 0)
    with begun(hakit, told, "apply", "--yes", spec):
        time.sleep(more)  # noqa: TID251 - into the middle of what comes then
    finished(hakit, client, spec)


@pytest.mark.only_all("a node dying while apply runs")
@pytest.mark.parametrize("told", [3, 5, 6])
def test_a_node_dies_on_the_way(hakit: Hakit, lab: Lab, client: Client, tmp_path: Path, told: int) -> None:
    spec = changed(hakit, tmp_path, there=told % 2 == 0)
    with begun(hakit, told, "apply", "--yes", spec) as run:
        lab.power_off("qsp-b")
        assert run.stderr is not None
        run.stderr.read()
        run.wait(timeout=600)
    lab.power_on("qsp-b")
    finished(hakit, client, spec)


@pytest.mark.only_all("ssh cut while apply runs")
@pytest.mark.parametrize("told", [2, 4, 6])
def test_ssh_is_cut_on_the_way(hakit: Hakit, client: Client, tmp_path: Path, told: int) -> None:
    spec = changed(hakit, tmp_path, there=told % 2 == 0)
    with begun(hakit, told, "apply", "--yes", spec) as run:
        for node in NODES:
            hakit.on(node, "pkill", "-KILL", "sshd")
            hakit.on(node, "systemctl", "restart", "ssh")
        assert run.stderr is not None
        run.stderr.read()
        run.wait(timeout=600)
    finished(hakit, client, spec)
