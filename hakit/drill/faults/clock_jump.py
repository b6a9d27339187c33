"""The active node's clock jumps an hour ahead."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_JUMP = 3600


class ClockJump(Fault):
    """An hour ahead, and back again."""

    name = "clock-jump"
    title = "Clock jump"
    harsh = True
    watch = 6.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"set the clock of {scene.active} an hour ahead, and back"

    def expected(self, scene: Scene) -> Expectation:
        """Nothing: Corosync and Pacemaker wait by the monotonic clock."""
        del scene
        return Expectation(0.0, "Corosync and Pacemaker wait by the monotonic clock")

    def impossible(self, scene: Scene) -> str:
        """Containers have no clock of their own: what is set in one is set for the whole machine."""
        kind = scene.runner.run(
            scene.active, Command(("systemd-detect-virt", "--container"), ok_codes=frozenset({0, 1}))
        )
        return f"{scene.active} is a container, and shares its clock with the machine" if kind.code == 0 else ""

    def inject(self, scene: Scene) -> None:
        """Set it ahead."""
        scene.do(scene.active, Command(("date", f"--set=+{_JUMP} seconds")))

    def heal(self, scene: Scene) -> None:
        """Set it back to ours, which hasn't jumped."""
        scene.do(scene.active, Command(("date", f"--set=@{scene.now():.3f}")))
