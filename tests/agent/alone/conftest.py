"""The agent on its own: a process under each Python that it must run under, with a systemctl that the test plays.

Each call is a process that runs the whole file; all but `alone=True` are forks of one that has it compiled (server.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

AGENT = Path(__file__).parents[3] / "agents/quickservice"
SERVER = Path(__file__).with_name("server.py")
PATIENCE = 60
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

SYSTEMCTL = """#!/bin/sh
here=${0%/*}
echo "$*" >> "$here/calls"
read -r code < "$here/code"
cat "$here/answer"
exit "$code"
"""


def oldest_python() -> str | None:
    """Find Python 3.9, the oldest of the supported distributions."""
    homes = sorted(Path("~/.pyenv/versions").expanduser().glob("3.9*"))
    for candidate in ("python3.9", *(str(home / "bin/python3.9") for home in homes)):
        try:
            if subprocess.run((candidate, "-c", ""), check=False, capture_output=True).returncode == 0:
                return candidate
        except OSError:
            continue
    return None


@dataclass(frozen=True)
class Answer:
    code: int
    reason: str
    out: str
    said: str


class Server:
    """One process of a Python that has the agent compiled."""

    def __init__(self, python: str) -> None:
        self.python = python
        self.process = subprocess.Popen(
            (python, "-ISE", str(SERVER), str(AGENT)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, args: tuple[str, ...], env: dict[str, str]) -> tuple[int, str, str]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([args, env]) + "\n")
        self.process.stdin.flush()
        code, out, said = json.loads(self.process.stdout.readline())
        return code, out.encode("latin-1").decode(), said.encode("latin-1").decode("utf-8", "surrogateescape")

    def close(self) -> None:
        self.process.communicate(timeout=PATIENCE)


class Stage:
    """Calls the agent; `play` says what systemctl will say."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        (folder / "systemctl").write_text(SYSTEMCTL)
        (folder / "systemctl").chmod(0o755)
        self.play()

    def play(self, code: int = 0, **said: str) -> None:
        (self.folder / "calls").write_text("")
        (self.folder / "code").write_text(f"{code}\n")
        (self.folder / "answer").write_text("".join(f"{key}={value}\n" for key, value in said.items()))

    def forget(self) -> None:
        """Let nothing of an earlier example be known: a remembered main process that lives counts as a running one."""
        for file in (self.folder / "quickservice").glob("*"):
            file.unlink()

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def agent(
        self, action: str, *more: str, interval: int = 0, timeout: float = 20, alone: bool = False, **params: str
    ) -> Answer:
        env = {f"OCF_RESKEY_{key}" if key[0].islower() else key: value for key, value in params.items()}
        env |= {
            "PATH": f"{self.folder}:{PATH}",
            "HA_RSCTMP": str(self.folder),
            "OCF_RESKEY_CRM_meta_timeout": f"{timeout * 1000:.0f}",
            "OCF_RESKEY_CRM_meta_interval": str(interval * 1000),
        }
        args = (action, *more)
        code, out, said = self.by_itself(args, env) if alone else self.server.call(args, env)
        assert "Traceback" not in said, said
        reasons = [line[16:] for line in said.splitlines() if line.startswith("ocf-exit-reason:")]
        return Answer(code, "".join(reasons), out, said)

    def by_itself(self, args: tuple[str, ...], env: dict[str, str]) -> tuple[int, str, str]:
        argv = (self.server.python, "-ISE", str(AGENT), *args)
        done = subprocess.run(
            argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "surrogateescape")


@pytest.fixture(params=["oldest", "running"])
def python(request: pytest.FixtureRequest) -> str:
    """An interpreter that runs an agent: the oldest that it has to know, and this one."""
    found = oldest_python() if request.param == "oldest" else sys.executable
    if found is None:
        pytest.skip("no Python 3.9 on this machine: the oldest supported one is not tried")
    return found


@pytest.fixture(scope="session", params=["oldest", "running"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    python = sys.executable if request.param == "running" else oldest_python()
    if python is None:
        pytest.skip("no Python 3.9 on this machine: the oldest supported one is not tried")
    begun = Server(python)
    yield begun
    begun.close()


@pytest.fixture
def stage(server: Server, tmp_path: Path) -> Stage:
    return Stage(server, tmp_path)


@pytest.fixture(scope="session")
def quiet_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for many examples of one test."""
    server = Server(sys.executable)
    yield Stage(server, tmp_path_factory.mktemp("stage"))
    server.close()


assert os.access(AGENT, os.X_OK), "the agent must be executable"
