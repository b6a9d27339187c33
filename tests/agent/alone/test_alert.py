"""The alert agent on its own: what it makes of Pacemaker's words, whom it tells, and what it sees of rings and quorum."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hakit.model import Alert, AlertEvent, alert
from tests.agent.alone.conftest import PATIENCE, oldest_python

AGENT = Path(__file__).parents[3] / "agents/alert"
HOOK = """
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print(self.path, body, flush=True)
        status = int(self.path.rpartition("/")[2])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere/204")
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="module", params=["oldest", "running"])
def python(request: pytest.FixtureRequest) -> str:
    found = sys.executable if request.param == "running" else oldest_python()
    if found is None:
        pytest.skip("no Python 3.9 on this machine: the oldest supported one is not tried")
    return found


@pytest.fixture(scope="module")
def agent() -> ModuleType:
    """The agent as a module."""
    loader = importlib.machinery.SourceFileLoader("alert_agent", str(AGENT))
    spec = importlib.util.spec_from_loader("alert_agent", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules["alert_agent"] = module
    loader.exec_module(module)
    return module


@pytest.fixture
def hook() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A web server of its own, and its port."""
    with subprocess.Popen((sys.executable, "-c", HOOK), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server, int(server.stdout.readline())
        server.terminate()


class Bench:
    """Runs the agent as Pacemaker does, on the node qsp-a; `told` is what its program was told."""

    def __init__(self, python: str, folder: Path) -> None:
        self.python, self.folder, self.members = python, folder, "qsp-a qsp-b qsp-c"
        self.file = folder / "told"
        self._script("tell", f'cat >> "{self.file}"')
        self.env = {"PATH": f"{folder}:/usr/bin:/bin", "CRM_alert_recipient": "command", "hakit_alert": "ops"}
        self.env |= {"hakit_cluster": "squidha", "hakit_command": f"{folder}/tell"}

    def _script(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, here: str = "qsp-a", **said: str) -> int:
        self._script("crm_node", f'[ "$1" = --name ] && echo {here} || echo {self.members}')
        argv = (self.python, "-ISE", str(AGENT))
        return subprocess.run(argv, env={**self.env, **said}, check=False, timeout=PATIENCE).returncode

    @property
    def told(self) -> list[dict[str, str]]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def events(self) -> list[str]:
        return [each["event"] for each in self.told]


@pytest.fixture
def bench(python: str, tmp_path: Path) -> Bench:
    return Bench(python, tmp_path)


def resource(**said: str) -> dict[str, str]:
    usual = {"kind": "resource", "node": "qsp-a", "rsc": "squid-unit", "task": "monitor", "interval": "5000"}
    usual |= {"rc": "0", "target_rc": "0", "status": "0", "desc": "ok"}
    return {f"CRM_alert_{key}": value for key, value in (usual | said).items()}


@pytest.mark.parametrize(
    ("said", "events"),
    [
        (resource(rc="7", desc="not running"), ["service-failed"]),
        (resource(rsc="squid-vip", rc="1", task="start", interval="0"), ["service-failed"]),
        (resource(status="2", rc="1", desc="Timed Out"), ["service-failed"]),
        (resource(task="start", interval="0"), ["service-moved"]),
        (resource(rsc="squid-vip", task="start", interval="0"), []),  # the unit's start is the service's
        (resource(task="stop", interval="0"), []),
        (resource(), []),
        (resource(interval="0", rc="0", target_rc="7"), []),  # a probe that finds it where nobody looked for it
        (resource(interval="0", rc="5", target_rc="7"), ["service-failed"]),
        (resource(status="1", rc="7"), []),  # cancelled
        (resource(rc="190"), []),  # degraded counts as success
    ],
)
def test_what_a_resource_does_is_a_service_s_event(bench: Bench, said: dict[str, str], events: list[str]) -> None:
    assert bench.run(**said) == 0
    assert bench.events == events
    assert all((each["service"], each["node"], each["cluster"]) == ("squid", "qsp-a", "squidha") for each in bench.told)


def test_one_node_tells_of_another(bench: Bench) -> None:
    lost = {"CRM_alert_kind": "node", "CRM_alert_node": "qsp-b", "CRM_alert_desc": "lost"}
    bench.run("qsp-c", **lost)
    assert bench.events == []
    bench.run("qsp-a", **lost)
    assert bench.events == ["node-lost"]
    # Those that are lost don't tell, even where the first of all is one of them.
    bench.members = "qsp-b qsp-c"
    bench.run("qsp-c", **lost | {"CRM_alert_node": "qsp-b"})
    assert bench.events == ["node-lost", "node-lost"]
    bench.run("qsp-b", **lost | {"CRM_alert_desc": "member", "CRM_alert_node": "qsp-a"})
    assert bench.events[2:] == ["node-back"]
    bench.run("qsp-b", CRM_alert_kind="fencing", CRM_alert_node="qsp-a", CRM_alert_task="reboot", CRM_alert_rc="0")
    bench.run("qsp-b", CRM_alert_kind="fencing", CRM_alert_node="qsp-a", CRM_alert_task="on", CRM_alert_rc="0")
    assert bench.events[3:] == ["fenced"]


def test_only_what_was_asked_for_is_told(bench: Bench) -> None:
    bench.run(**resource(rc="7"), hakit_events="node-lost fenced")
    assert bench.told == []
    bench.run(**resource(rc="7"), hakit_events="node-lost service-failed")
    assert bench.events == ["service-failed"]


def test_a_program_that_fails_or_is_missing_is_a_failure(bench: Bench) -> None:
    assert bench.run(**resource(rc="7"), hakit_command="/bin/false") == 1
    assert bench.run(**resource(rc="7"), hakit_command="/no/such/program") == 1
    assert bench.run(**resource(rc="7"), CRM_alert_recipient="pigeon") == 1


def test_a_webhook_gets_json_and_is_followed_nowhere(bench: Bench, hook: tuple[subprocess.Popen[str], int]) -> None:
    server, port = hook
    assert server.stdout
    bench.env["CRM_alert_recipient"] = "webhook"
    url = f"http://127.0.0.1:{port}/s3cret"
    assert bench.run(**resource(rc="7"), hakit_webhook=f"{url}/204") == 0
    path, _, body = server.stdout.readline().partition(" ")
    assert (path, json.loads(body)["event"]) == ("/s3cret/204", "service-failed")
    for status in ("404", "302"):
        assert bench.run(**resource(rc="7"), hakit_webhook=f"{url}/{status}") == 1
        assert server.stdout.readline().startswith(f"/s3cret/{status} ")


def test_it_takes_what_hakit_gives_it(bench: Bench) -> None:
    wanted = Alert("pager", (f"{bench.folder}/tell", "a b", "'"), events=(AlertEvent.FENCED, AlertEvent.NODE_LOST))
    said = alert.parameters(wanted, "squidha")
    assert alert.from_parameters(said) == wanted
    bench.run(**resource(rc="7"), **said)
    assert bench.told == []
    bench.run(CRM_alert_kind="node", CRM_alert_node="qsp-b", CRM_alert_desc="lost", **said)
    assert bench.events == ["node-lost"]


def test_every_event_of_the_spec_is_one_that_it_tells() -> None:
    text = AGENT.read_text()
    assert [event for event in AlertEvent if f'"{event}"' not in text] == []


def looks(
    agent: ModuleType, *links: dict[tuple[str, str], bool]
) -> list[tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    rings = agent.Rings()
    return [rings.look(each) for each in links]


BOTH = {("2", "0"): True, ("2", "1"): True}
ONE = {("2", "0"): True, ("2", "1"): False}
NONE = {("2", "0"): False, ("2", "1"): False}


def test_a_ring_is_lost_when_the_node_is_not(agent: ModuleType) -> None:
    nothing: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    assert looks(agent, BOTH, ONE, BOTH, ONE, BOTH) == [nothing] * 5, "what passes is not told"
    assert looks(agent, BOTH, ONE, ONE, ONE) == [nothing, nothing, ([("2", "1")], []), nothing]
    assert looks(agent, BOTH, NONE, NONE, NONE, BOTH) == [nothing] * 5, "the node is lost, not its rings"
    # The node is lost after its ring, and comes back with it.
    back = looks(agent, ONE, ONE, NONE, NONE, BOTH, BOTH, BOTH)
    assert back == [nothing, ([("2", "1")], []), nothing, nothing, nothing, ([], [("2", "1")]), nothing]


def test_quorum_is_told_when_it_changes_for_good(agent: ModuleType) -> None:
    quorum = agent.Quorum()
    codes = [1, None, 0, 0, 2, 0, 2, 1, 2, 2, 0, 0]
    assert [quorum.look(code) for code in codes] == [None] * 8 + [False, None, None, True]


def test_corosync_s_words(agent: ModuleType) -> None:
    stats = "stats.knet.node2.link1.connected (u8) = 1\nstats.knet.node2.link0.connected (u8) = 0\nstats.knet.node2.link0.mtu (u32) = 1\n"
    assert agent.links(stats) == {("2", "1"): True, ("2", "0"): False}
    said = "nodelist.local_node_pos (u32) = 1\n" + "".join(
        f"nodelist.node.{n}.name (str) = {name}\nnodelist.node.{n}.nodeid (u32) = {n + 1}\n"
        for n, name in enumerate(("qsp-a", "qsp-b", "qsp-c"))
    )
    here, by_id = agent.names(said)
    assert (here, by_id) == ("qsp-b", {"1": "qsp-a", "2": "qsp-b", "3": "qsp-c"})
    told = agent.of_rings([("1", "1"), ("3", "1")], "ring-lost", here, by_id)
    assert [(each.ring, each.text) for each in told] == [("1", "ring 1: qsp-b and qsp-c no longer reach each other")]


def test_recipients_are_read_from_the_cib(agent: ModuleType) -> None:
    cib = (Path(__file__).parents[2] / "cases/render/alerts/cib.xml").read_text()
    found = agent.recipients(cib)
    assert [(each["hakit_alert"], each["CRM_alert_recipient"]) for each in found] == [
        ("ops", "mail"),
        ("ops", "webhook"),
        ("pager", "command"),
    ]
    assert (
        agent.recipients('<alerts><alert id="x" path="/elsewhere"><recipient id="r" value="v"/></alert></alerts>') == []
    )
