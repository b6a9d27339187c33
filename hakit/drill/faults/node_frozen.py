"""The active node hangs: nothing on it runs, but its card answers."""

from __future__ import annotations

from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class NodeFrozen(Fault):
    """Every process is stopped; the kernel still answers ARP and completes TCP's handshake."""

    name = "node-frozen"
    title = "Node frozen"
    harsh = True
    splits = True
    machines = True
    watch = 4.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"freeze all processes of {scene.active}; its kernel still answers for the virtual IP"

    def expected(self, scene: Scene) -> Expectation:
        """As when it is dead; without fencing its card still claims the address."""
        if scene.fenced:
            return expect.dead(scene)
        return Expectation(None, "nobody switches the frozen node off, and its card still answers for the address")

    def inject(self, scene: Scene) -> None:
        """Freeze it."""
        scene.hands.freeze(scene.active)

    def heal(self, scene: Scene) -> None:
        """Thaw it, or boot it if it was fenced."""
        scene.hands.thaw(scene.active)
        scene.hands.power_on(scene.active)
        scene.operator.start_cluster(scene.active)

    def explains(self, scene: Scene) -> frozenset[str]:
        """Its operations are late when it wakes."""
        return frozenset({scene.active, scene.standby})
