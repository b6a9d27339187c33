"""squid under hakit's own agent, with a probe, from a spec: whatever ends or hangs it, it answers again; and it moves."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client

PROBE = """\
    agent: quickservice
    probe: { http: "http://127.0.0.1:3128/squid-internal-static/icons/SN.png", timeout: 2 }
timing: fast
"""
UNIT = "squid.service"


def waited_for(good: Callable[[], object], what: str, *, seconds: float = 120) -> float:
    """Wait until `good()` is true, and return how long that took; the deadline is generous, for these machines are noisy."""
    start = time.monotonic()
    while not good():
        assert time.monotonic() - start < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.05)  # noqa: TID251 - a test's own wait
    return time.monotonic() - start


class Service:
    """The service of the spec, seen by the cluster and by its client."""

    def __init__(self, hakit: Hakit, spec: Path, client: Client) -> None:
        self.hakit = hakit
        self.spec = str(spec)
        self.client = client

    def place(self) -> str:
        return str(json.loads(self.hakit("status", "--json", self.spec).out)["services"][0]["node"])

    def main_pid(self, node: str) -> str:
        return self.hakit.on(node, "systemctl", "show", "--property=MainPID", "--value", UNIT)

    def answers(self) -> bool:
        return self.client.fetch("/ping").code == 200

    def failures(self, node: str) -> int:
        said = self.hakit.on(node, "crm_failcount", "--query", "--resource=squid-unit", f"--node={node}")
        return int(said.rpartition("value=")[2])

    def rests(self) -> str:
        """Forget earlier failures, wait until it serves and nothing is under way, and name its node."""
        self.hakit.on("qsp-a", "crm_resource", "--cleanup", "--resource=squid-unit")
        self.hakit.on("qsp-a", "crm_resource", "--wait", "--timeout=90")
        waited_for(self.answers, "it serves before the next blow")
        # The first monitor after a start looks once; the next one watches.
        time.sleep(3)  # noqa: TID251 - a test's own wait
        return self.place()


@pytest.fixture(scope="module")
def service(fresh_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Service:
    hakit = Hakit(fresh_lab)
    spec = tmp_path_factory.mktemp("spec") / "hakit.yaml"
    spec.write_text(Path(hakit.spec).read_text() + PROBE)
    hakit.must("preflight", str(spec))
    hakit.must("bootstrap", "--yes", str(spec))
    assert "nothing to do" in hakit.must("bootstrap", str(spec)).err
    return Service(hakit, spec, Client(fresh_lab))


def killed(service: Service, node: str) -> None:
    service.hakit.on(node, "kill", "-KILL", service.main_pid(node))


def ended(service: Service, node: str) -> None:
    """Let squid end by itself, with exit code 0."""
    service.hakit.on(node, "squid", "-k", "shutdown")


def stopped_by_an_admin(service: Service, node: str) -> None:
    service.hakit.on(node, "systemctl", "stop", UNIT)


def hung(service: Service, node: str) -> None:
    """Stop its processes as a debugger would: they are there, hold their port, and answer nobody."""
    service.hakit.on(node, "systemctl", "kill", "--signal=STOP", UNIT)


@pytest.mark.parametrize("blow", [killed, ended, stopped_by_an_admin, hung], ids=lambda blow: blow.__name__)
def test_it_answers_again(service: Service, blow: Callable[[Service, str], None]) -> None:
    node = service.rests()
    before, failures = service.main_pid(node), service.failures(node)
    start = time.monotonic()
    blow(service, node)
    waited_for(lambda: service.main_pid(node) not in {before, "0", ""}, f"{UNIT} runs anew on {node}")
    waited_for(service.answers, "a page comes through the VIP again")
    sys.stderr.write(f"{blow.__name__}: a page again {time.monotonic() - start:.2f} s after the blow began\n")
    # The start goes on for a moment after the first page: it wants to see the unit stay up, and its probe pass.
    settled = waited_for(service.place, "the cluster counts it as started")
    sys.stderr.write(f"{blow.__name__}: started to the cluster {settled:.2f} s later\n")
    assert service.place() == node, "one failure is recovered where it happened"
    waited_for(lambda: service.failures(node) == failures + 1, "it is counted once")


def test_switchover_there_and_back(service: Service) -> None:
    start = service.rests()
    other = "qsp-b" if start == "qsp-a" else "qsp-a"
    for target in (other, start):
        service.hakit.must("switchover", "squid", "--to", target, "--spec", service.spec)
        page = service.client.fetch("/ping")
        assert page.code == 200
        assert target in page.via
        assert service.failures("qsp-a") == service.failures("qsp-b") == 0, "a move is no failure"
    waited_for(lambda: service.hakit("status", service.spec).code == 0, "all is as declared")


def test_a_changed_probe_does_not_restart_the_service(service: Service) -> None:
    node = service.rests()
    before = service.main_pid(node)
    spec = Path(service.spec)
    spec.write_text(spec.read_text().replace("timeout: 2", "timeout: 3"))
    try:
        service.hakit.must("bootstrap", "--yes", service.spec)
        assert 'name="probe_timeout" value="3s"' in service.hakit.on(node, "cibadmin", "--query")
        assert service.main_pid(node) == before
    finally:
        spec.write_text(spec.read_text().replace("timeout: 3", "timeout: 2"))


def test_destroy_leaves_no_trace_of_the_agent(service: Service) -> None:
    service.hakit.must("bootstrap", "--yes", service.spec)
    service.hakit.must("destroy", "--yes", service.spec)
    for node in ("qsp-a", "qsp-b"):
        assert service.hakit.on(node, "sh", "-c", "ls -d /run/systemd/system/squid.service.d 2>/dev/null") == ""
        assert service.hakit.on(node, "systemctl", "show", "--property=Restart", "--value", UNIT) != ""
