"""The service's processes are there and answer nothing."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class ServiceHung(Fault):
    """SIGSTOP to all processes of the unit: systemd still calls it active."""

    name = "service-hung"
    title = "Service hung"
    watch = 4.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"stop every process of {scene.service.unit} on {scene.active} in its tracks (SIGSTOP)"

    def expected(self, scene: Scene) -> Expectation:
        """Until a probe notices, where there is one."""
        return expect.hang(scene)

    def inject(self, scene: Scene) -> None:
        """Stop them."""
        scene.do(scene.active, _signal(scene, "STOP"))

    def heal(self, scene: Scene) -> None:
        """Let them go on; those that were replaced meanwhile are gone."""
        scene.do(scene.active, _signal(scene, "CONT"))

    def explains(self, scene: Scene) -> frozenset[str]:
        """It failed where it hung."""
        return frozenset({scene.active})


def _signal(scene: Scene, name: str) -> Command:
    # 1: no process is left to be signalled, which is as good.
    return Command(
        ("systemctl", "kill", f"--signal={name}", "--", scene.service.unit), ok_codes=frozenset({0, 1}), timeout=20
    )
