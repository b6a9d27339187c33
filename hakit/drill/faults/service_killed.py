"""The service's processes die at once."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class ServiceKilled(Fault):
    """SIGKILL to all processes of the unit, as the kernel's out-of-memory killer does it."""

    name = "service-killed"
    title = "Service killed"

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"kill every process of {scene.service.unit} on {scene.active} (SIGKILL)"

    def expected(self, scene: Scene) -> Expectation:
        """Until a monitor sees it, and it is started again."""
        return expect.crash(scene)

    def inject(self, scene: Scene) -> None:
        """Kill them."""
        scene.do(scene.active, Command(("systemctl", "kill", "--signal=KILL", "--", scene.service.unit)))

    def explains(self, scene: Scene) -> frozenset[str]:
        """It failed where it was killed."""
        return frozenset({scene.active})
