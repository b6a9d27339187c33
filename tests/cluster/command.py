"""The `hakit` command against a lab, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from hakit.lab.lab import Lab


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Hakit:
    """Runs hakit as a process of its own, with the lab's ssh configuration."""

    def __init__(self, lab: Lab, *, patience: float = 400) -> None:
        """Run it against a lab; no call may take longer than `patience` seconds."""
        self._lab, self._patience = lab, patience
        self.env = {**os.environ, "HAKIT_SSH_CONFIG": str(lab.ssh_config), "COLUMNS": "200", "NO_COLOR": "1"}

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "hakit", *words]

    def __call__(self, *words: str, timeout: float | None = None, stdin: str = "") -> Answer:
        limit = timeout or self._patience
        done = subprocess.run(
            self.argv(*words), input=stdin, capture_output=True, text=True, check=False, timeout=limit, env=self.env
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def must(self, *words: str) -> Answer:
        """Run it and insist on exit code 0."""
        answer = self(*words)
        assert answer.code == 0, f"{words}: exit code {answer.code}\n{answer.out}\n{answer.err}"
        return answer

    @property
    def spec(self) -> str:
        return str(self._lab.spec)

    def on(self, node: str, *argv: str) -> str:
        """Run a command on a node and return what it printed."""
        inside = self._lab.node_argv(node, argv)
        return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=180).stdout.strip()

    def put(self, node: str, path: str, text: str) -> None:
        """Write a file on a node."""
        inside = self._lab.node_argv(node, ("tee", path))
        subprocess.run(inside, input=text, capture_output=True, text=True, check=True, timeout=60)

    def epoch(self, node: str) -> tuple[str, str]:
        """Return the CIB's admin_epoch and epoch, which every change of the configuration raises."""
        line = self.on(node, "cibadmin", "--query").splitlines()[0]
        words = dict(word.split("=", 1) for word in line.strip("<>").split() if "=" in word)
        return words["admin_epoch"], words["epoch"]
