"""The cluster's own daemons die."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class CorosyncKilled(Fault):
    """Corosync dies on the active node: to the other one it is gone, though its service goes on."""

    name = "corosync-killed"
    title = "Corosync killed"
    harsh = True
    splits = True
    watch = 6.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"kill Corosync on {scene.active} (SIGKILL)"

    def expected(self, scene: Scene) -> Expectation:
        """Pacemaker ends with it, without stopping anything; the other node takes over."""
        return expect.parted(
            scene, "Pacemaker goes with it and stops nothing: without fencing both nodes hold the service"
        )

    def inject(self, scene: Scene) -> None:
        """Kill it."""
        scene.do(
            scene.active, Command(("systemctl", "kill", "--signal=KILL", "--kill-who=main", "--", "corosync.service"))
        )

    def looks_on(self, scene: Scene) -> float:
        """With fencing, until one of them has been fenced: it serves till then."""
        return (expect.dead(scene).seconds or 0.0) if scene.fenced else self.watch

    def heal(self, scene: Scene) -> None:
        """Start the cluster there again."""
        if scene.machines is not None:
            scene.machines.power_on(scene.active)
        scene.operator.start_cluster(scene.active)

    def explains(self, scene: Scene) -> frozenset[str]:
        """Both ran it, or one was asked while its daemons were away."""
        return frozenset({scene.active, scene.standby})


class PacemakerdKilled(Fault):
    """Pacemaker's first process dies; systemd starts it again, and it finds its children."""

    name = "pacemakerd-killed"
    title = "pacemakerd killed"
    watch = 6.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"kill pacemakerd on {scene.active} (SIGKILL); its children live on, and systemd starts it again"

    def expected(self, scene: Scene) -> Expectation:
        """Nothing: the service is not touched."""
        del scene
        return Expectation(0.0, "a new pacemakerd adopts the daemons, and the service is not touched")

    def inject(self, scene: Scene) -> None:
        """Kill it."""
        scene.do(
            scene.active, Command(("systemctl", "kill", "--signal=KILL", "--kill-who=main", "--", "pacemaker.service"))
        )

    def heal(self, scene: Scene) -> None:
        """Make sure that it runs."""
        scene.operator.start_cluster(scene.active)
