"""The active node loses the clients' network: behind a dead switch, and with its cable pulled."""

from __future__ import annotations

from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_RING = 0  # where the clients are


class ClientsCut(Fault):
    """The switch is dead: the node's card still has its carrier, and nothing goes through."""

    name = "clients-cut"
    title = "Clients' network lost, carrier up"
    harsh = True
    machines = True
    watch = 4.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"take {scene.active} off the switch of ring {_RING}, where the clients are; its card keeps its carrier"

    def expected(self, scene: Scene) -> Expectation:
        """Only where somebody looks after the path to the clients."""
        return expect.path(scene)

    def inject(self, scene: Scene) -> None:
        """Cut it."""
        scene.hands.cut(scene.active, _RING)

    def heal(self, scene: Scene) -> None:
        """Mend it."""
        scene.hands.heal(scene.active, _RING)


class ClientsUnplugged(ClientsCut):
    """The cable is pulled: the card says so."""

    name = "clients-unplugged"
    title = "Clients' network lost, carrier down"

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"pull the cable of {scene.active} to ring {_RING}, where the clients are"

    def inject(self, scene: Scene) -> None:
        """Pull it."""
        scene.hands.carrier(scene.active, _RING, up=False)
