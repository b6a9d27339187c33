"""A planned move: no fault, but what operators do most."""

from __future__ import annotations

from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class Switchover(Fault):
    """`hakit switchover`."""

    name = "switchover"
    title = "Planned switchover"

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"move {scene.service.name} from {scene.active} to {scene.standby}, as an operator does"

    def expected(self, scene: Scene) -> Expectation:
        """Stop, start, nothing to detect."""
        return expect.planned(scene)

    def inject(self, scene: Scene) -> None:
        """Move it."""
        scene.operator.switchover(scene.service.name, scene.standby)
