"""The node that a service is being moved to dies on the way."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

from hakit.core import Command, HakitError, wait_until
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

# Seconds: until an operator's move has begun, until clients feel that the power is gone, and until he has given up.
_BEGUN = 30.0
_FELT = 1.5
_LONGEST = 180.0


class MoveThenPower(Fault):
    """The target of a planned move loses its power while the service is on its way: it has to come back."""

    name = "move-then-power"
    title = "Target's power lost during a move"
    harsh = True
    machines = True
    watch = 6.0

    def __init__(self) -> None:
        """Nobody is moving anything yet."""
        self._mover: Thread | None = None

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"begin to move {scene.service.name} to {scene.standby}, and take the power of that node away as soon as it leaves"

    def expected(self, scene: Scene) -> Expectation:
        """Stopped here, lost there, started here again."""
        lost, more = expect.dead(scene, ahead=False), expect.start(scene)
        return Expectation((lost.seconds or 0.0) + more, f"it is stopped for the move; {lost.why}: where it was")

    def inject(self, scene: Scene) -> None:
        """Let an operator move it, who sees that it fails; cut the power meanwhile."""

        def move() -> None:
            with suppress(HakitError):  # that it can't go there is what is being tried
                scene.operator.switchover(scene.service.name, scene.standby)

        self._mover = Thread(target=move, name="the operator's move", daemon=True)
        self._mover.start()
        wait_until(
            f"{scene.address} leaves {scene.active}", lambda: self._has(scene), lambda has: not has,
            clock=scene.clock, timeout=_BEGUN, every=0.02, in_a_row=1,
        )  # fmt: skip
        scene.hands.power_off(scene.standby)
        scene.clock.sleep(_FELT)

    @staticmethod
    def _has(scene: Scene) -> bool:
        """Say whether the active node still has the address."""
        (seen,) = scene.do(scene.active, Command(("ip", "-brief", "address", "show", "to", scene.address)))
        return bool(seen.stdout.strip())

    def heal(self, scene: Scene) -> None:
        """Boot the node, and wait until the operator has given up; the wish is then taken back."""
        scene.hands.power_on(scene.standby)
        scene.operator.start_cluster(scene.standby)
        if self._mover is not None:
            self._mover.join(_LONGEST)
            if self._mover.is_alive():
                raise HakitError(f"the move of {scene.service.name} has not ended after {_LONGEST:.0f} s")
            self._mover = None
