"""The watchers on the nodes: who had the virtual IP and who ran the unit, and what their logs say, brought to one clock."""

from __future__ import annotations

import importlib.resources
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress

from hakit.core import Command, Get, HakitError, Put, Remove
from hakit.drill import clocks, marks
from hakit.drill.scene import Scene
from hakit.observe import logs
from hakit.report.record import Mark, Sample
from hakit.run.hosts import fan_out

_PROGRAM = importlib.resources.files("hakit.run").joinpath("nodewatch.py").read_text()
# On the disk, not in /run: a node that loses its power keeps what it saw.
_FOLDER = "/var/lib/hakit"
_EVERY = 0.05
# In an orderly reboot systemd stops in the reverse order of starting: a watcher that ended with the first would leave its last
# word, that the node has the address, standing while the cluster gives the address up.
_OUTLIVES = ("--property=Before=corosync.service", "--property=Before=pacemaker.service")
_LONGEST = 900


class Watchers:
    """One on each node, as a context of its own; `began` is when, by our clock."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._nodes = [node.name for node in scene.cluster.nodes]
        self._id = secrets.token_hex(4)
        self._ahead: dict[str, float] = {}
        self.began = time.time()
        self.trouble: list[str] = []

    def start(self) -> None:
        """Start them all at once; one that can't be is told of, not fatal."""
        self.began = time.time()
        for node, error in fan_out(self._nodes, self._start).items():
            if isinstance(error, HakitError):
                self.trouble.append(f"{node} is not watched: {error.message.splitlines()[0]}")

    def _start(self, node: str) -> None:
        self._ahead[node] = clocks.ahead(self._scene.runner, node)
        plan = {
            "address": self._scene.address, "unit": self._scene.service.unit, "every": _EVERY, "seconds": _LONGEST,
            "file": self._seen,
        }  # fmt: skip
        self._scene.do(
            node,
            Put(self._file, _PROGRAM, mode=0o600, backup=False),
            Command(
                ("systemd-run", "--quiet", "--collect", f"--unit={self._unit}", *_OUTLIVES,
                 "/usr/bin/python3", "-I", "-S", self._file, json.dumps(plan))
            ),
        )  # fmt: skip

    def stop(self) -> tuple[tuple[Sample, ...], tuple[Mark, ...], tuple[logs.Line, ...]]:
        """Stop them, and bring home what they saw, the steps that the logs tell of, and the logs' errors."""
        samples: list[Sample] = []
        found: list[Mark] = []
        errors: list[logs.Line] = []
        for node, answer in fan_out(self._nodes, self._stop).items():
            if isinstance(answer, HakitError):
                self.trouble.append(f"{node} did not tell what it saw: {answer.message.splitlines()[0]}")
                continue
            seen, lines = answer
            samples.extend(_samples(node, seen, self._ahead.get(node, 0.0)))
            found.extend(marks.read(self._scene.service, node, lines, self._ahead.get(node, 0.0)))
            errors.extend(line for line in lines if line.priority <= _ERROR)
        return tuple(sorted(samples, key=_when)), tuple(sorted(found, key=_when)), tuple(errors)

    def _stop(self, node: str) -> tuple[str, tuple[logs.Line, ...]]:
        with suppress(HakitError):
            self._scene.runner.run(node, Command(("systemctl", "stop", "--", f"{self._unit}.service"), timeout=10))
        since = self.began + self._ahead.get(node, 0.0) - 1
        outcomes = self._scene.runner.batch(
            node, (Get(self._seen), logs.since(since), Remove(self._seen), Remove(self._file)), keep_going=True
        )
        lines = tuple(line for line in logs.parse(outcomes[1].stdout) if line.when >= since)
        return outcomes[0].stdout if outcomes[0].code == 0 else "", lines

    @property
    def _unit(self) -> str:
        return f"hakit-drill-{self._id}"

    @property
    def _file(self) -> str:
        return f"{_FOLDER}/drill-{self._id}.py"

    @property
    def _seen(self) -> str:
        return f"{_FOLDER}/drill-{self._id}.seen"


_ERROR = 3  # LOG_ERR, syslog(3)


def _when(each: Sample | Mark) -> float:
    return each.when


def _samples(node: str, text: str, ahead: float) -> Iterator[Sample]:
    for line in text.splitlines():
        words = line.split()
        with suppress(ValueError):
            when, vip, unit = words
            yield Sample(float(when) - ahead, node, vip == "1", unit == "1")
