"""Somebody stops the unit behind the cluster's back."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class ServiceStopped(Fault):
    """`systemctl stop`, by an admin who doesn't know of the cluster."""

    name = "service-stopped"
    title = "Service stopped by an admin"

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"systemctl stop {scene.service.unit} on {scene.active}, without telling the cluster"

    def expected(self, scene: Scene) -> Expectation:
        """As when it crashes, once it has stopped."""
        crash = expect.crash(scene)
        seconds = None if crash.seconds is None else crash.seconds + expect.start(scene)
        return Expectation(seconds, crash.why)

    def inject(self, scene: Scene) -> None:
        """Stop it."""
        scene.do(scene.active, Command(("systemctl", "stop", "--", scene.service.unit), timeout=120))

    def explains(self, scene: Scene) -> frozenset[str]:
        """It failed where it was stopped."""
        return frozenset({scene.active})
