"""Two faults at once."""

from __future__ import annotations

from hakit.drill import expect, firewall
from hakit.drill.fault import Fault
from hakit.drill.faults.power_lost import PowerLost
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_RING = 1


class RingThenPower(Fault):
    """A ring is down already when the active node loses its power."""

    name = "ring1-then-power"
    title = "Ring 1 lost, then node power lost"
    harsh = True
    machines = True

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return (
            f"drop Corosync's messages on ring {_RING} of {scene.standby}, then take the power of {scene.active} away"
        )

    def expected(self, scene: Scene) -> Expectation:
        """As when all rings were there."""
        return expect.dead(scene, ahead=False)

    def impossible(self, scene: Scene) -> str:
        """Say whether there is such a ring, and nft."""
        if len(scene.cluster.rings) <= _RING:
            return f"there is no ring {_RING}"
        return firewall.missing(scene, scene.standby)

    def prepare(self, scene: Scene) -> None:
        """Drop the ring."""
        firewall.drop(scene, scene.standby, [_RING])
        scene.clock.sleep(scene.cluster.timing.token / 1000 + 1.0)

    def inject(self, scene: Scene) -> None:
        """Pull the plug."""
        scene.hands.power_off(scene.active)

    def heal(self, scene: Scene) -> None:
        """Boot the node, then let the ring through: who is off can't be asked."""
        PowerLost().heal(scene)
        firewall.undo(scene, scene.standby)
