"""A ring that loses packets and is late."""

from __future__ import annotations

from hakit.drill import expect, firewall
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_LOSS = 20  # percent
_RING = 1


class RingBad(Fault):
    """Every fifth of Corosync's packets on ring 1 is lost, and with netem the others come 50 ms late."""

    name = "ring1-bad"
    title = "Packet loss on ring 1"
    watch = 10.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done; where the kernel has no netem, packets are lost but not late."""
        return f"lose {_LOSS} % of Corosync's packets on ring {_RING} of {scene.active}, and be 50 ms late if the kernel has netem"

    def expected(self, scene: Scene) -> Expectation:
        """Nothing that a client sees."""
        del scene
        return expect.NOTHING

    def impossible(self, scene: Scene) -> str:
        """Say whether there is such a ring, and nft."""
        if len(scene.cluster.rings) <= _RING:
            return f"there is no ring {_RING}"
        return firewall.missing(scene, scene.active)

    def inject(self, scene: Scene) -> None:
        """Lose them."""
        if not firewall.late(scene, scene.active, _RING, loss=_LOSS):
            firewall.drop(scene, scene.active, [_RING], percent=_LOSS)

    def heal(self, scene: Scene) -> None:
        """Let them through."""
        firewall.undo(scene, scene.active)
        firewall.punctual(scene, scene.active, _RING)
