"""The other node is off when the service dies."""

from __future__ import annotations

from hakit.drill import expect
from hakit.drill.faults.service_killed import ServiceKilled
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_SETTLED = 2.0


class StandbyThenKilled(ServiceKilled):
    """The standby has lost its power, and then the service dies on the node that is left: nobody else can start it."""

    name = "standby-then-killed"
    title = "Standby's power lost, then service killed"
    harsh = True
    machines = True

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return (
            f"take the power of {scene.standby} away, then kill every process of {scene.service.unit} on {scene.active}"
        )

    def expected(self, scene: Scene) -> Expectation:
        """It starts again where it was."""
        crash = expect.crash(scene)
        return Expectation(crash.seconds, f"the node that is left starts it again: {crash.why}")

    def prepare(self, scene: Scene) -> None:
        """Pull the standby's plug, and wait until it is given up; with fencing, until that is done."""
        scene.hands.power_off(scene.standby)
        scene.clock.sleep((expect.dead(scene, ahead=False).seconds or 0.0) + _SETTLED)

    def heal(self, scene: Scene) -> None:
        """Boot the standby."""
        scene.hands.power_on(scene.standby)
        scene.operator.start_cluster(scene.standby)
