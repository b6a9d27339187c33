"""`hakit agent`: what is installed where, and what the agent says of itself."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from hakit.apply import agent as engine
from hakit.cli.agent import agent
from hakit.core import Action, Command, Digest, ExitCode, HakitError, HostUnreachable, Outcome, Put, Tape
from hakit.observe import node
from hakit.plan.step import Stage

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "agents/quickservice").read_text()
CURRENT = f"{hashlib.sha256(TEXT.encode()).hexdigest()} 0755 root:root"


class Scripted:
    """Hosts by name with what Digest says of the agent's file; `uid` is who we are there; anything else is unplanned."""

    def __init__(self, present: dict[str, str], *, uid: str = "0", runs: bool = True) -> None:
        self.present = present
        self.uid = uid
        self.runs = runs
        self.put: dict[str, Put] = {}

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        assert not keep_going
        if host not in self.present:
            raise HostUnreachable(host, "no route")
        return tuple(self._one(host, action) for action in actions)

    def run(self, host: str, action: Action) -> Outcome:
        return self.batch(host, (action,))[0]

    def _one(self, host: str, action: Action) -> Outcome:
        match action:
            case Digest(node.AGENT):
                said = self.present[host]
                return Outcome(host, action, 0 if said else 2, f"{said}\n" if said else "", "", 0.0)
            case Command(("id", "--user")):
                return Outcome(host, action, 0, f"{self.uid}\n", "", 0.0)
            case Put(node.AGENT):
                self.put[host] = action
                return Outcome(host, action, 0, "", "", 0.0)
            case Command((node.AGENT, "meta-data")):
                return Outcome(host, action, 0 if self.runs else 126, "", "" if self.runs else "bad interpreter", 0.0)
        raise AssertionError(f"unplanned: {action}")


def install(runner: Scripted, *hosts: str, agree: bool = True) -> tuple[tuple[str, ...], list[Stage]]:
    asked: list[Stage] = []

    def answer(stage: Stage) -> bool:
        asked.append(stage)
        return agree

    return engine.install("quickservice", hosts, runner, listener=Tape(), agree=answer), asked


def test_it_goes_where_it_is_missing_or_differs() -> None:
    runner = Scripted({"qsp-a": "", "qsp-b": "0" * 64 + " 0755 root:root", "qsp-c": CURRENT})
    done, (stage,) = install(runner, "qsp-a", "qsp-b", "qsp-c")
    assert done == ("qsp-a", "qsp-b")
    assert [(step.host, step.why) for step in stage.steps] == [
        ("qsp-a", "it is not there"),
        ("qsp-b", "it differs from this hakit's"),
    ]
    for put in runner.put.values():
        assert (put.path, put.content, put.mode) == ("/usr/lib/ocf/resource.d/hakit/quickservice", TEXT, 0o755)


def test_where_it_is_already_nobody_is_asked() -> None:
    assert install(Scripted({"qsp-a": CURRENT}), "qsp-a") == ((), [])


def test_without_consent_nothing_is_done() -> None:
    runner = Scripted({"qsp-a": ""})
    done, _ = install(runner, "qsp-a", agree=False)
    assert (done, runner.put) == ((), {})


@pytest.mark.parametrize(
    ("runner", "hosts", "said"),
    [
        (Scripted({"qsp-a": ""}, uid="1000"), ("qsp-a",), "only root"),
        (Scripted({"qsp-a": ""}), ("qsp-a", "qsp-z"), "qsp-z"),
        (Scripted({"qsp-a": ""}, runs=False), ("qsp-a",), "bad interpreter"),
    ],
)
def test_a_host_that_cannot_have_it(runner: Scripted, hosts: tuple[str, ...], said: str) -> None:
    with pytest.raises(HakitError) as refused:
        install(runner, *hosts)
    assert said in refused.value.message
    assert (runner.put == {}) is runner.runs, "nothing is written before every host was seen"


def test_path_is_the_file_that_is_shipped() -> None:
    done = CliRunner().invoke(agent, ["path"])
    assert Path(done.output.strip()).read_text() == TEXT


@pytest.mark.parametrize("name", engine.NAMES)
def test_every_agent_can_be_found_and_described(name: str) -> None:
    found = CliRunner().invoke(agent, ["path", "--agent", name])
    assert Path(found.output.strip()).read_text() == (ROOT / "agents" / name).read_text()
    said = json.loads(CliRunner().invoke(agent, ["describe", "--agent", name, "--json"]).output)
    assert (said["name"], bool(said["parameters"])) == (name, True)


def test_describe_says_every_parameter() -> None:
    text = CliRunner().invoke(agent, ["describe"]).output
    said = json.loads(CliRunner().invoke(agent, ["describe", "--json"]).output)
    names = [each["name"] for each in said["parameters"]]
    assert {"unit", "probe_tcp", "watch"} <= set(names)
    assert [each["name"] for each in said["parameters"] if each["required"]] == ["unit"]
    assert said["name"] == "quickservice"
    assert all(f"\n{each['name']} (" in text and each["short"] in text for each in said["parameters"])
    assert "  monitor: timeout=120s interval=2s" in text
    own = subprocess.run(
        (sys.executable, str(ROOT / "agents/quickservice"), "meta-data"), capture_output=True, check=True
    )
    assert [name for name in names if f'name="{name}"' not in own.stdout.decode()] == []


def test_a_node_that_the_spec_does_not_have() -> None:
    done = CliRunner().invoke(agent, ["install", str(ROOT / "examples/squid.yaml"), "--node", "qsp-z"])
    assert isinstance(done.exception, HakitError)
    assert done.exception.code == ExitCode.USAGE
    assert "qsp-z" in done.exception.message
