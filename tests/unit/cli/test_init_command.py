"""`hakit init` as a conversation: what it asks, what it takes from options, what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hakit.apply.init import survey
from hakit.author.hosts.answers import Answers
from hakit.cli.dialogue import Said, dialogue
from hakit.cli.init import init
from hakit.core import Action, Command, Get, HakitError, HostUnreachable, Outcome, Runner
from hakit.model import TcpQuestion
from hakit.run import listeners

UNITS = "squid.service enabled enabled\nnginx.service disabled enabled\nssh.service enabled enabled\n"
LISTEN = json.dumps({"squid.service": [["0" * 32, 3128]], "nginx.service": [["0100007F", 80]]})


class Answering:
    """Answers what `hakit init` asks of hosts, and nothing else; `there` are addresses that answer."""

    def __init__(self, *, there: Sequence[str] = (), names: dict[str, str] | None = None, conf: str = "") -> None:
        self.there, self.names, self.conf = there, names or {}, conf

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        assert keep_going
        if host == "qsp-x":
            raise HostUnreachable(host, "no route to host")
        return tuple(self.run(host, action) for action in actions)

    def run(self, host: str, action: Action) -> Outcome:
        assert not action.changes_state
        number = 2 if host.endswith("b") else 1
        nics = [
            {"ifname": f"eth{ring}", "flags": ["UP"], "addr_info": [{"local": f"{net}.1{number}", "prefixlen": 24}]}
            for ring, net in enumerate(("192.168.233", "172.16.233"))
        ]
        match action:
            case Get():
                return Outcome(host, action, 0 if self.conf else 2, self.conf, "", 0.0)
            case Command(("uname", "-n")):
                text = self.names.get(host, host) + "\n"
            case Command(("systemctl", "list-unit-files", *_)):
                text = UNITS
            case Command(("ip", "-json", "route", *_)):
                text = "[]"
            case Command(("python3", *_)):
                text = LISTEN
            case Command(("ip", "-json", "address", "show")):
                text = json.dumps(nics)
            case Command(("ping", *words)):
                return Outcome(host, action, 0 if words[-1] in self.there else 1, "", "", 0.0)
            case _:
                raise AssertionError(action)
        return Outcome(host, action, 0, text, "", 0.0)


def talk(said: Said, runner: Runner, *lines: str) -> tuple[Result, list[Answers]]:
    answers: list[Answers] = []

    @click.command()
    def conversation() -> None:
        answers.append(dialogue(said, survey(("qsp-a", "qsp-b"), runner), runner))

    return CliRunner().invoke(conversation, input="".join(f"{line}\n" for line in lines)), answers


def test_a_conversation_with_slips() -> None:
    runner = Answering(there=["192.168.233.201"])
    result, (answers,) = talk(
        Said(), runner, "", "sqid", "squid", "10.0.0.1", "192.168.233.201", "192.168.233.200", "", "evaluation only", ""
    )
    assert [str(ring.network) for ring in answers.rings] == ["192.168.233.0/24", "172.16.233.0/24"]
    assert answers.vip is not None and str(answers.vip.interface) == "192.168.233.200/24"
    assert answers.question == TcpQuestion(3128)
    assert (answers.name, answers.no_fencing) == ("squidha", "evaluation only")
    assert "did you mean squid.service?" in result.stderr
    assert "outside the clients' network" in result.stderr
    assert "192.168.233.201 answers already" in result.stderr
    assert "switched off by its power supply" in result.stderr


def test_options_are_not_asked_and_quiet_guesses() -> None:
    said = Said(unit="squid", vip="none", reason="lab", quiet=True)
    result, (answers,) = talk(said, Answering())
    assert (answers.vip, answers.name, answers.question) == (None, "squidha", TcpQuestion(3128))
    assert "?" not in result.output


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (Said(unit="squid", vip="none", quiet=True), "--no-fencing"),
        (Said(unit="squid", reason="lab", quiet=True), "--vip"),
        (Said(vip="none", reason="lab", quiet=True), "--unit"),
    ],
)
def test_what_cannot_be_guessed_must_be_said(said: Said, missing: str) -> None:
    result, answers = talk(said, Answering())
    assert answers == []
    assert isinstance(result.exception, HakitError)
    assert missing in result.exception.message


def test_hosts_that_cannot_be_used_are_named() -> None:
    with pytest.raises(HakitError, match="qsp-x: no route to host"):
        survey(("qsp-a", "qsp-x"), Answering())
    with pytest.raises(HakitError, match="two hosts"):
        survey(("qsp-a",), Answering())
    with pytest.raises(HakitError, match="same host"):
        survey(("qsp-a", "alias"), Answering(names={"alias": "qsp-a"}))
    conf = "totem {\n cluster_name: old\n}\nnodelist {\n node {\n  ring0_addr: 10.0.0.1\n }\n}\n"
    with pytest.raises(HakitError, match="belongs to a cluster already: old") as told:
        survey(("qsp-a", "qsp-b"), Answering(conf=conf))
    assert "hakit import" in told.value.hint


def test_a_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    out = tmp_path / "hakit.yaml"
    out.write_text("mine\n")
    result = CliRunner().invoke(init, ["qsp-a", "qsp-b", "--yes", "--output", str(out)], standalone_mode=False)
    assert isinstance(result.exception, HakitError)
    assert out.read_text() == "mine\n"


def test_the_program_for_hosts_runs_here_and_answers() -> None:
    program = Path(listeners.__file__).read_text(encoding="utf-8") + "\nmain()\n"
    done = subprocess.run(
        (sys.executable, "-I", "-S", "-"), input=program, capture_output=True, text=True, check=True, timeout=60
    )
    assert isinstance(json.loads(done.stdout), dict)
