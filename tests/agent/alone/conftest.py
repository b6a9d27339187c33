"""The agent on its own: a process under each Python that it must run under, with a systemctl that the test plays."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

AGENT = Path(__file__).parents[3] / "agents/quickservice"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

SYSTEMCTL = """#!/bin/sh
here=${0%/*}
echo "$*" >> "$here/calls"
cat "$here/answer"
exit "$(cat "$here/code")"
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


class Stage:
    """Calls the agent; `play` says what systemctl will say."""

    def __init__(self, python: str, folder: Path) -> None:
        self.python = python
        self.folder = folder
        (folder / "systemctl").write_text(SYSTEMCTL)
        (folder / "systemctl").chmod(0o755)
        self.play()

    def play(self, code: int = 0, **said: str) -> None:
        (self.folder / "calls").write_text("")
        (self.folder / "code").write_text(str(code))
        (self.folder / "answer").write_text("".join(f"{key}={value}\n" for key, value in said.items()))

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def agent(self, action: str, *more: str, interval: int = 0, timeout: float = 20, **params: str) -> Answer:
        env = {f"OCF_RESKEY_{key}" if key[0].islower() else key: value for key, value in params.items()}
        env |= {
            "PATH": f"{self.folder}:{PATH}",
            "HA_RSCTMP": str(self.folder),
            "OCF_RESKEY_CRM_meta_timeout": f"{timeout * 1000:.0f}",
            "OCF_RESKEY_CRM_meta_interval": str(interval * 1000),
        }
        done = subprocess.run(
            (self.python, "-ISE", str(AGENT), action, *more), env=env, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=30,
        )  # fmt: skip
        said = done.stderr.decode("utf-8", "surrogateescape")
        assert "Traceback" not in said, said
        reasons = [line[16:] for line in said.splitlines() if line.startswith("ocf-exit-reason:")]
        return Answer(done.returncode, "".join(reasons), done.stdout.decode(), said)


@pytest.fixture(scope="session", params=["oldest", "running"])
def python(request: pytest.FixtureRequest) -> str:
    if request.param == "running":
        return sys.executable
    return oldest_python() or pytest.skip("no Python 3.9 on this machine: the oldest supported one is not tried")


@pytest.fixture
def stage(python: str, tmp_path: Path) -> Stage:
    return Stage(python, tmp_path)


@pytest.fixture(scope="session")
def quiet_stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """One for many examples of one test."""
    return Stage(sys.executable, tmp_path_factory.mktemp("stage"))


assert os.access(AGENT, os.X_OK), "the agent must be executable"
