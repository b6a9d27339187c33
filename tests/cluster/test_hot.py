"""A hot service and the path guard, on real nodes: the address leaves a node where the unit fails, or that is cut off."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hakit.core.clock import SystemClock, wait_until
from hakit.lab import layout
from hakit.lab.lab import Lab
from tests.cluster.command import Hakit
from tests.cluster.conftest import ORIGIN, Client

pytestmark = pytest.mark.first_release

# What squid says to a request for itself. A hung one still accepts connections for a while: the kernel does that.
PROBE = 'probe: { http: { url: "http://127.0.0.1:3128/", status: 400 } }'
GUARD = f"guard: {{ targets: [{layout.client().addresses[0]}] }}"
# No slow machine may fail a test; without a copy that stands ready, a hung service would be away for much longer.
LONGEST = 20.0


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hakit, str]]:
    """A cluster that runs squid hot, and its spec."""
    spec = tmp_path_factory.mktemp("hot") / "hakit.yaml"
    spec.write_text(fresh_lab.spec.read_text() + f"    run: hot\n    {PROBE}\n{GUARD}\n")
    hakit = Hakit(fresh_lab)
    hakit.must("bootstrap", "--yes", str(spec))
    yield hakit, str(spec)
    hakit.must("destroy", "--yes", str(spec))


@contextmanager
def asked(lab: Lab, seconds: int) -> Iterator[list[float]]:
    """Ask through the address all the while; the longest time without an answer is there behind the body."""
    longest: list[float] = []
    program = Path(__file__).with_name("asking.py")
    argv = (sys.executable, "-I", "-S", str(program), f"{ORIGIN}/ping", f"{layout.VIP}:3128", str(seconds))
    with subprocess.Popen(lab.client_argv(argv), stdout=subprocess.PIPE, text=True) as asking:
        yield longest
        longest.append(float(json.loads(asking.communicate(timeout=seconds + 60)[0])["longest"]))


def state(hakit: tuple[Hakit, str]) -> dict[str, object]:
    """Return the service's part of the status."""
    answer = hakit[0]("status", "--json", hakit[1])
    found: dict[str, object] = json.loads(answer.out)["services"][0]
    return found


def runs_on(hakit: tuple[Hakit, str]) -> list[str]:
    return sorted(
        node for node in ("qsp-a", "qsp-b") if hakit[0].on(node, "systemctl", "is-active", "squid") == "active"
    )


def settled(hakit: tuple[Hakit, str], node: str) -> None:
    """Wait until it serves on the node and stands ready on both."""
    wait_until(
        f"squid serves on {node} and runs on both",
        lambda: (state(hakit)["node"], runs_on(hakit)),
        lambda both: both == (node, ["qsp-a", "qsp-b"]),
        clock=SystemClock(),
        timeout=240,  # a hung unit that still does something is given its time to stop politely: 85 s
    )


def test_it_runs_everywhere_and_serves_from_one(hakit: tuple[Hakit, str], client: Client) -> None:
    assert runs_on(hakit) == ["qsp-a", "qsp-b"]
    assert client.fetch("/ping").code == 200
    assert "nothing to do" in hakit[0].must("bootstrap", hakit[1]).err


def test_a_move_leaves_both_copies_alone(hakit: tuple[Hakit, str], lab: Lab) -> None:
    hakit[0].must("switchover", "squid", "--to", "qsp-a", "--spec", hakit[1])
    since = {node: hakit[0].on(node, "systemctl", "show", "-p", "MainPID", "squid") for node in ("qsp-a", "qsp-b")}
    with asked(lab, 12) as longest:
        hakit[0].must("switchover", "squid", "--to", "qsp-b", "--spec", hakit[1])
    assert longest[0] < LONGEST
    assert state(hakit)["node"] == "qsp-b"
    for node, pid in since.items():
        assert hakit[0].on(node, "systemctl", "show", "-p", "MainPID", "squid") == pid


@pytest.mark.parametrize(
    "signal", ["KILL", pytest.param("STOP", marks=pytest.mark.only_all("a unit that hangs until it is killed"))]
)
def test_where_it_dies_or_hangs_the_address_leaves_and_the_unit_comes_back(
    hakit: tuple[Hakit, str], lab: Lab, signal: str
) -> None:
    hakit[0].must("switchover", "squid", "--to", "qsp-a", "--spec", hakit[1])
    settled(hakit, "qsp-a")
    with asked(lab, 30) as longest:
        hakit[0].on("qsp-a", "systemctl", "kill", "--signal", signal, "squid")
    assert longest[0] < LONGEST
    settled(hakit, "qsp-b")
    attribute = ("attrd_updater", "--query", "--name", "hakit-down-squid", "--node", "qsp-a")
    assert 'value="1"' not in hakit[0].on("qsp-a", *attribute), "taken back by the start"
    hakit[0].must("cleanup", "squid", "--spec", hakit[1])


def test_what_an_operator_does(hakit: tuple[Hakit, str]) -> None:
    tool, spec = hakit
    tool.must("switchover", "squid", "--to", "qsp-a", "--spec", spec)
    tool.must("standby", "qsp-a", "--spec", spec)
    assert (state(hakit)["node"], runs_on(hakit)) == ("qsp-b", ["qsp-b"])
    tool.must("unstandby", "qsp-a", "--spec", spec)
    settled(hakit, "qsp-b")
    tool.must("stop", "--yes", "squid", "--spec", spec)
    assert runs_on(hakit) == []
    assert json.loads(tool("status", "--json", spec).out)["services"][0]["out_of_service"]
    tool.must("start", "squid", "--spec", spec)
    assert json.loads(tool.must("status", "--json", spec).out)["healthy"]
    tool.must("restart", "--yes", "squid", "--spec", spec)
    assert json.loads(tool.must("status", "--json", spec).out)["healthy"]
    assert "nothing to do" in tool.must("bootstrap", spec).err


@pytest.mark.parametrize(
    "how", ["switch dead", pytest.param("cable pulled", marks=pytest.mark.only_all("a pulled cable"))]
)
def test_a_node_that_loses_its_clients_gives_them_up(hakit: tuple[Hakit, str], lab: Lab, how: str) -> None:
    hakit[0].must("switchover", "squid", "--to", "qsp-a", "--spec", hakit[1])
    settled(hakit, "qsp-a")
    with asked(lab, 30) as longest:
        lab.cut("qsp-a", 0) if how == "switch dead" else lab.carrier("qsp-a", 0, up=False)
    found = json.loads(hakit[0]("status", "--json", hakit[1]).out)
    lab.heal("qsp-a", 0)
    assert longest[0] < LONGEST
    assert (found["services"][0]["node"], {each["code"] for each in found["findings"]} & {"HK344", "HK345"}) == (
        "qsp-b",
        {"HK344"},
    )
    settled(hakit, "qsp-b")


def test_when_all_are_cut_off_nothing_moves(hakit: tuple[Hakit, str], lab: Lab, client: Client) -> None:
    def marks() -> list[str]:
        said = hakit[0].on("qsp-a", "attrd_updater", "--query", "--name", "hakit-cut", "--all")
        return [line for line in said.splitlines() if 'value="1"' in line]

    where = str(state(hakit)["node"])
    started = hakit[0].on(where, "crm_resource", "--list-operations", "--resource", "squid-vip")
    for node in ("qsp-a", "qsp-b"):
        lab.cut(node, 0)
    try:
        wait_until(
            "both say that they are cut off", marks, lambda lines: len(lines) == 2, clock=SystemClock(), timeout=60
        )
        hakit[0].on("qsp-a", "crm_resource", "--wait", "--timeout=60")
    finally:
        for node in ("qsp-a", "qsp-b"):
            lab.heal(node, 0)
    assert hakit[0].on(where, "crm_resource", "--list-operations", "--resource", "squid-vip") == started
    wait_until(
        "it answers", lambda: client.fetch("/ping").code, lambda code: code == 200, clock=SystemClock(), timeout=60
    )
