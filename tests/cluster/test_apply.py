"""Changes of a running cluster on real nodes: done, rolled back, two at once, someone else's. Killed: test_apply_interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hakit.lab import layout
from hakit.lab.lab import Lab
from tests.cluster.changing import NODES, WEB, last, nothing_left, variant
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client, Teller
from tests.cluster.tools import only

pytestmark = pytest.mark.first_release

BROKEN = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/false\n"
JOURNAL = "/var/lib/hakit/history/journal.json"


@pytest.fixture(
    scope="module", params=["pcs", pytest.param("crm", marks=pytest.mark.only_all("changes with crm"))], ids=str
)
def hakit(fresh_lab: Lab, request: pytest.FixtureRequest) -> Hakit:
    """A cluster on nodes that have only the one tool."""
    hakit = Hakit(fresh_lab)
    if request.param == "crm":
        fresh_lab.reset(Teller())
    only(hakit, request.param)
    for node in NODES:
        hakit.put(node, "/etc/systemd/system/broken.service", BROKEN)
        hakit.on(node, "systemctl", "daemon-reload")
    hakit.must("bootstrap", "--yes", "--tool", request.param, hakit.spec)
    return hakit


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
    told = hakit.must("rollback", "--yes", "--json", "--spec", hakit.spec).out.splitlines()
    back = json.loads(told[-1])
    assert (back["result"], back["change"]["kind"], back["change"]["name"]) == ("done", "rollback", last(hakit)["name"])
    assert all(json.loads(line) for line in told[:-1])
    mains = [hakit.on(node, "systemctl", "show", "--property=MainPID", "--value", WEB["unit"]) for node in NODES]
    assert mains == ["0", "0"], "what was taken out has stopped when it says that it is done"
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


def test_an_address_that_clients_can_not_reach_is_rolled_back_by_itself(
    hakit: Hakit, client: Client, tmp_path: Path
) -> None:
    """Only the network can tell: the node takes the address, and nobody in it knows the way there."""
    wrong = {"address": "10.77.0.9/24", "nic": "eth0"}
    answer = hakit("apply", "--yes", "--json", variant(hakit, tmp_path, "wrong", services={"squid": {"vip": wrong}}))
    assert answer.code == 4, answer.err
    result = json.loads(answer.out.splitlines()[-1])
    assert (result["result"], result["change"]["kind"]) == ("failed and rolled back", "apply")
    assert "10.77.0.9 does not answer" in result["why"]
    (outage,) = (each for each in result["outages"] if each["service"] == "squid")
    assert outage["where"] == "192.168.233.200:3128" and outage["longest"] > 0 and outage["back"]
    assert f"outage {outage['longest']:.2f} s" in answer.err, "people read the same"
    assert any("squid: outage" in line for line in last(hakit)["outages"])
    assert client.fetch("/ping").code == 200
    nothing_left(hakit, hakit.spec)
    assert "10.77.0.9" not in hakit.on("qsp-a", "ip", "address") + hakit.on("qsp-b", "ip", "address")


TAKEN = "192.168.233.207"


@contextmanager
def occupied(lab: Lab, address: str) -> Iterator[None]:
    """Let the client's host have an address."""
    inside = lab.client_argv(("ip", "address"))
    nic = client_nic(inside)
    subprocess.run([*inside, "add", f"{address}/24", "dev", nic], check=True, timeout=30)
    try:
        yield
    finally:
        subprocess.run([*inside, "delete", f"{address}/24", "dev", nic], check=True, timeout=30)


def test_an_address_that_another_host_has_is_refused_before_anything_is_changed(
    hakit: Hakit, lab: Lab, client: Client, tmp_path: Path
) -> None:
    spec = variant(hakit, tmp_path, "taken", services={"squid": {"vip": f"{TAKEN}/24"}})
    before = last(hakit)["name"]
    with occupied(lab, TAKEN):
        answer = hakit("apply", "--yes", "--json", spec)
    assert answer.code == 4, answer.err
    result = json.loads(answer.out.splitlines()[-1])
    assert result["result"] == "failed" and f"{TAKEN} (the virtual IP of squid) is in use already" in result["why"]
    assert "nothing was changed" in result["why"]
    assert last(hakit)["name"] == before
    assert client.fetch("/ping").code == 200


def test_an_address_that_another_host_takes_meanwhile_is_rolled_back_by_itself(
    hakit: Hakit, lab: Lab, client: Client, tmp_path: Path
) -> None:
    """The node configures it all the same, and from itself it answers; the other node hears two of them."""
    spec = variant(hakit, tmp_path, "late", services={"squid": {"vip": f"{TAKEN}/24"}})
    with asking(hakit, spec) as run, occupied(lab, TAKEN):
        said = run.communicate("y\n", timeout=200)[1]
    assert run.returncode == 4, said
    assert "rolled back" in said and f"{TAKEN} (the virtual IP of squid) is in use already" in said
    assert client.fetch("/ping").code == 200
    nothing_left(hakit, hakit.spec)


def client_nic(inside: tuple[str, ...]) -> str:
    """Name the client's interface in ring 0's network."""
    said = subprocess.run([inside[0], *inside[1:-1], "-json", "address"], capture_output=True, check=True, timeout=30)
    mine = str(layout.client().addresses[0])
    return str(next(e["ifname"] for e in json.loads(said.stdout) for a in e["addr_info"] if a.get("local") == mine))


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


@contextmanager
def asking(hakit: Hakit, spec: str) -> Iterator[subprocess.Popen[str]]:
    """Begin to apply; the body begins when all was looked at and the question whether to do it is next."""
    with subprocess.Popen(
        hakit.argv("apply", spec), env=hakit.env, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        while "foretell" not in (line := run.stderr.readline()):
            assert line, "it ended before it asked"
        yield run


def by_hand(hakit: Hakit, vip: str, address: str) -> tuple[str, ...]:
    """Give the words by which an administrator sets an address behind hakit's back."""
    if hakit.on("qsp-b", "sh", "-c", "command -v pcs"):
        return ("pcs", "resource", "update", vip, f"ip={address}")
    return ("crm", "resource", "param", vip, "set", "ip", address)


def test_what_somebody_changed_since_the_plan_is_not_overwritten(hakit: Hakit, tmp_path: Path) -> None:
    spec = variant(hakit, tmp_path, "moved", services={"web": {"unit": "nginx.service", "vip": "192.168.233.202/24"}})
    with asking(hakit, spec) as run:
        hakit.on("qsp-b", *by_hand(hakit, "web-vip", "192.168.233.203"))
        said = run.communicate("y\n", timeout=200)[1]
    assert run.returncode == 4
    assert "somebody else changed the cluster" in said
    assert "192.168.233.203" in hakit.on("qsp-a", "cibadmin", "--query", "--scope", "resources")
    assert "changed both in the spec and on the cluster" in hakit("plan", spec).out
    hakit.must("apply", "--yes", spec)
