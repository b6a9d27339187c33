"""Both nodes have far more to compute than processors for it."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_UNIT = "hakit-drill-starved"
# Loops for each processor; with as many, what isn't real-time gets about a fifth of its share.
EACH = 4
_PROGRAM = f"""\
import os
for _ in range({EACH} * os.cpu_count() - 1):
    if not os.fork():
        break
while True:
    pass
"""
# A drill that dies leaves nobody to stop them; an hour is the longest that somebody watches.
_LIMIT = "3600"
# What a client may have to wait for a slow answer, in seconds.
_SLOW = 2.0


class CpuStarved(Fault):
    """Endless loops, four for each processor, on all nodes: what is slow is not dead, and nothing may move."""

    name = "cpu-starved"
    title = "All nodes starved of processor time"
    harsh = True
    watch = 20.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"run {EACH} endless loops for each processor on {' and '.join(_names(scene))}"

    def expected(self, scene: Scene) -> Expectation:
        """Late answers, but no failover."""
        del scene
        return Expectation(_SLOW, "Corosync is scheduled before all others, and a probe asks again before it counts")

    def inject(self, scene: Scene) -> None:
        """Begin to compute."""
        argv = (
            "systemd-run", "--quiet", "--collect", f"--unit={_UNIT}", f"--property=RuntimeMaxSec={_LIMIT}",
            "/usr/bin/python3", "-I", "-S", "-c", _PROGRAM,
        )  # fmt: skip
        for name in _names(scene):
            scene.do(name, Command(argv))

    def heal(self, scene: Scene) -> None:
        """End it; 5 says that there is no such unit."""
        argv = ("systemctl", "stop", f"{_UNIT}.service")
        for name in _names(scene):
            scene.do(name, Command(argv, ok_codes=frozenset({0, 5}), timeout=60))


def _names(scene: Scene) -> list[str]:
    return [node.name for node in scene.cluster.nodes]
