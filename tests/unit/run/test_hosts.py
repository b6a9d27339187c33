"""The way to the hosts: with fake ssh on PATH, which runs the rest here or fails as OpenSSH does."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hakit.core import Action, Command, Get, HostUnreachable, Outcome, Put, Secret
from hakit.run.hosts import Hosts, fan_out

# Tells its words to a file, then does the rest of them here, as sshd would.
LOCAL = """\
import json, os, sys
with open(os.environ["HOME"] + "/argv", "a") as file:
    file.write(json.dumps(sys.argv) + "\\n")
rest = sys.argv[sys.argv.index("--") + 2 :]
assert rest[0] == "python3"
os.execv(sys.executable, [sys.executable, *rest[1:]])
"""
FAILING = "import sys; sys.stderr.write({said!r}); sys.exit({code})\n"

Fake = Callable[[str], None]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put a fake ssh first on PATH; where sockets would lie and the home are folders of this test."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "bin").mkdir()

    def make(text: str) -> None:
        ssh = tmp_path / "bin" / "ssh"
        ssh.write_text(f"#!{sys.executable}\n{text}")
        ssh.chmod(0o755)

    make(LOCAL)
    return make


@pytest.fixture
def argv(tmp_path: Path) -> Callable[[], list[list[str]]]:
    return lambda: [json.loads(line) for line in (tmp_path / "argv").read_text().splitlines()]


def script(text: str, **more: float) -> Command:
    return Command((sys.executable, "-I", "-S", "-c", text), **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("fake")
def test_a_batch_is_one_trip_and_its_outcomes_are_in_order(argv: Callable[[], list[list[str]]], tmp_path: Path) -> None:
    actions: tuple[Action, ...] = (script("print('one')"), Get(str(tmp_path / "none")), script("raise SystemExit(4)"))
    outcomes = Hosts().batch("qsp-a", (*actions, Put(str(tmp_path / "x"), "not reached")))
    assert [(outcome.host, outcome.action, outcome.code) for outcome in outcomes] == [
        ("qsp-a", action, code) for action, code in zip(actions, (0, 2, 4), strict=True)
    ]
    assert outcomes[0].stdout == "one\n"
    assert len(argv()) == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.usefixtures("fake")
def test_keep_going_does_them_all() -> None:
    outcomes = Hosts().batch("qsp-a", (script("raise SystemExit(4)"), script("print(2)")), keep_going=True)
    assert [outcome.code for outcome in outcomes] == [4, 0]
    assert Hosts().batch("qsp-a", ()) == ()


@pytest.mark.usefixtures("fake")
def test_ssh_gets_our_options_and_never_asks(argv: Callable[[], list[list[str]]], tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n")
    Hosts(ssh_config=config).run("qsp-a", script("pass"))
    Hosts().run("qsp-b", script("pass"))
    first, second = argv()
    assert first[1:3] == ["-F", str(config)] and "-F" not in second
    assert "-oBatchMode=yes" in first and "-oConnectTimeout=10" in first
    assert first[first.index("--") :] == ["--", "qsp-a", "python3", "-I", "-S", "-"]
    paths = [next(word for word in words if word.startswith("-oControlPath=")) for words in (first, second)]
    assert paths[0] != paths[1], "another configuration is another connection"
    folder = Path(paths[0].removeprefix("-oControlPath=")).parent
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("fake")
def test_no_secret_is_on_a_command_line(argv: Callable[[], list[list[str]]], tmp_path: Path) -> None:
    key = Secret("k3y-of-the-cluster")
    command = Command((sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"), stdin=key, env={"X": key})
    outcome = Hosts().run("qsp-a", command)
    Hosts().batch("qsp-a", (Put(str(tmp_path / "key"), key, mode=0o400),))
    assert outcome.stdout == "18\n"
    assert key not in json.dumps(argv())


@pytest.mark.usefixtures("fake")
def test_binary_text_survives_the_trip(tmp_path: Path) -> None:
    path = tmp_path / "raw"
    path.write_bytes(bytes(range(256)))
    outcome = Hosts().run("qsp-a", Get(str(path), binary=True))
    assert outcome.stdout.encode("latin-1") == bytes(range(256))


@pytest.mark.usefixtures("fake")
def test_a_command_that_takes_too_long_is_an_outcome() -> None:
    outcome = Hosts().run("qsp-a", script("import time; time.sleep(60)", timeout=0.5))
    assert outcome.timed_out and not outcome.ok and outcome.code == -1


def test_a_local_host_needs_no_ssh(fake: Fake) -> None:
    fake(FAILING.format(said="ssh must not be asked", code=255))
    assert Hosts(local={"qsp-a"}).run("qsp-a", script("print('here')")).stdout == "here\n"
    with pytest.raises(HostUnreachable):
        Hosts(local={"qsp-a"}).run("qsp-b", script("print('here')"))


# What OpenSSH 9 and 10 print, and what a person is told.
SAID = [
    (
        (
            "@@@@@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@@@@@@@\n"
            "Host key for 192.168.233.11 has changed and you have requested strict checking.\n"
            "Host key verification failed.\r\n"
        ),
        "its host key is not the one in known_hosts",
        "ssh-keygen -R qsp-a",
    ),
    (
        (
            "No ED25519 host key is known for qsp-a and you have requested strict checking.\n"
            "Host key verification failed.\r\n"
        ),
        "its host key is unknown",
        "ssh qsp-a",
    ),
    ("root@qsp-a: Permission denied (publickey,password).\r\n", "it refuses the login", "ssh-copy-id root@qsp-a"),
    (
        "ssh: Could not resolve hostname qsp-a: Name or service not known\r\n",
        "its name does not resolve here",
        "Host qsp-a",
    ),
    ("ssh: connect to host qsp-a port 22: Connection refused\r\n", "nothing listens on its ssh port", "systemctl"),
    ("ssh: connect to host qsp-a port 22: No route to host\r\n", "there is no way to it", "is it on"),
    ("ssh: connect to host qsp-a port 22: Network is unreachable\r\n", "there is no way to it", "network"),
    ("ssh: connect to host qsp-a port 22: Connection timed out\r\n", "it does not answer", "is it on"),
    ("Connection closed by 192.168.233.11 port 22\r\n", "it closed the connection", "journalctl -u ssh on qsp-a"),
    ("client_loop: send disconnect: Broken pipe\r\n", "the connection broke", "is it still on"),
    ("bash: line 1: python3: command not found\n", "python3 is not installed on it", "apt-get install python3"),
    ("sh: 1: python3: not found\n", "python3 is not installed on it", "apt-get install python3"),
]


@pytest.mark.parametrize(("said", "reason", "hint"), SAID, ids=[reason for _, reason, _ in SAID])
def test_what_ssh_says_becomes_a_cause_and_advice(fake: Fake, said: str, reason: str, hint: str) -> None:
    fake(FAILING.format(said=said, code=127 if "python3" in said else 255))
    with pytest.raises(HostUnreachable) as caught:
        Hosts().run("qsp-a", script("pass"))
    assert (caught.value.host, caught.value.reason) == ("qsp-a", reason)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("said", "told"), [("kex_exchange_identification: something new\n", "something new"), ("", "nothing")]
)
def test_what_is_not_known_is_passed_on(fake: Fake, said: str, told: str) -> None:
    fake(FAILING.format(said=said, code=255))
    with pytest.raises(HostUnreachable, match=told):
        Hosts().run("qsp-a", script("pass"))


def test_a_connection_that_breaks_half_way_is_no_success(fake: Fake) -> None:
    line = json.dumps({"code": 0, "out": "", "err": "", "seconds": 0.1})
    fake(
        f"import sys; print('{line}'); print('{line[:10]}'); sys.stderr.write('client_loop: Broken pipe'); sys.exit(255)"
    )
    with pytest.raises(HostUnreachable, match="the connection broke"):
        Hosts().batch("qsp-a", (script("pass"), script("pass")))


def test_fewer_answers_than_actions_are_no_success_either(fake: Fake) -> None:
    line = json.dumps({"code": 0, "out": "", "err": "", "seconds": 0.1})
    fake(f"print('{line}')")
    with pytest.raises(HostUnreachable):
        Hosts().batch("qsp-a", (script("pass"), script("pass")))


def test_a_host_that_hangs_is_given_up(fake: Fake) -> None:
    fake("import time; time.sleep(60)")
    start = time.monotonic()
    with pytest.raises(HostUnreachable, match="no answer within 1 s") as caught:
        Hosts(trip=0.5).run("qsp-a", script("pass", timeout=0.5))
    assert caught.value.hint
    assert time.monotonic() - start < 20


def test_a_missing_ssh_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(HostUnreachable, match="ssh is not installed on this machine"):
        Hosts().run("qsp-a", script("pass"))


def test_hosts_are_asked_side_by_side_and_one_that_is_away_is_an_answer() -> None:
    away = HostUnreachable("b", "it does not answer")

    def work(host: str) -> str:
        if host == "b":
            raise away
        time.sleep(0.2)  # noqa: TID251 - what takes long on a host
        return host.upper()

    start = time.monotonic()
    answers = fan_out(["a", "b", "c", "d", "e", "f"], work)
    assert time.monotonic() - start < 1.0, "not one after the other"
    assert answers == {"a": "A", "b": away, "c": "C", "d": "D", "e": "E", "f": "F"}
    assert list(answers) == ["a", "b", "c", "d", "e", "f"]
    assert fan_out([], work) == {}


def test_a_bug_in_the_work_is_not_hidden() -> None:
    def work(host: str) -> Outcome:
        raise ZeroDivisionError(host)

    with pytest.raises(ZeroDivisionError):
        fan_out(["a", "b"], work)
