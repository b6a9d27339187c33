"""The active node loses its power."""

from __future__ import annotations

from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class PowerLost(Fault):
    """Off without a word, as when the plug is pulled."""

    name = "power-lost"
    title = "Node power lost"
    harsh = True
    machines = True

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"take the power of {scene.active} away, and boot it again afterwards"

    def expected(self, scene: Scene) -> Expectation:
        """Until it is declared dead, and the service has started elsewhere."""
        return expect.dead(scene, ahead=False)

    def inject(self, scene: Scene) -> None:
        """Pull the plug."""
        scene.hands.power_off(scene.active)

    def heal(self, scene: Scene) -> None:
        """Boot it."""
        scene.hands.power_on(scene.active)
        scene.operator.start_cluster(scene.active)
