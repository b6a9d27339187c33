"""The active node is rebooted in order."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class NodeRebooted(Fault):
    """`systemctl reboot`: Pacemaker gets to move what runs there before it goes."""

    name = "node-rebooted"
    title = "Node rebooted in order"
    harsh = True
    watch = 6.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"systemctl reboot on {scene.active}"

    def expected(self, scene: Scene) -> Expectation:
        """As a planned move, if the shutdown lets Pacemaker go first."""
        planned = expect.planned(scene)
        return Expectation(planned.seconds, f"Pacemaker moves it before the node goes: {planned.why}")

    def inject(self, scene: Scene) -> None:
        """Reboot it. It returns at once, before the connection goes."""
        scene.do(scene.active, Command(("systemctl", "--no-block", "reboot"), timeout=20))

    def heal(self, scene: Scene) -> None:
        """Wait for it: it comes back by itself, and is booted in a lab if it doesn't."""
        if scene.machines is not None:
            scene.machines.power_on(scene.active)
        scene.operator.start_cluster(scene.active)
