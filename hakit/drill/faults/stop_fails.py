"""A unit that is slow to stop, and one that cannot be stopped."""

from __future__ import annotations

from hakit.core import Command, Put, Remove
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.model import Agent
from hakit.report.record import Expectation

_LIMIT = 10


class StopSlow(Fault):
    """The unit takes ten seconds longer to stop while it is moved."""

    name = "stop-slow"
    title = "A slow stop during a move"
    harsh = True
    watch = 4.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"let the stop of {scene.service.unit} on {scene.active} take {_LIMIT} s longer, and move the service"

    def expected(self, scene: Scene) -> Expectation:
        """As a planned move, later."""
        planned = expect.planned(scene)
        seconds = None if planned.seconds is None else planned.seconds + _LIMIT
        return Expectation(seconds, f"the move waits for the stop, {_LIMIT} s, and nothing is started twice meanwhile")

    def prepare(self, scene: Scene) -> None:
        """Let systemd wait before the unit's own stop."""
        drop_in = f"[Service]\nExecStop=/bin/sleep {_LIMIT}\n"
        scene.do(scene.active, Put(_path(scene), drop_in, backup=False), Command(("systemctl", "daemon-reload")))

    def inject(self, scene: Scene) -> None:
        """Move it; the move takes as long as it takes."""
        scene.operator.switchover(scene.service.name, scene.standby)

    def heal(self, scene: Scene) -> None:
        """Take the delay away."""
        scene.do(scene.active, Remove(_path(scene)), Command(("systemctl", "daemon-reload")))

    def explains(self, scene: Scene) -> frozenset[str]:
        """A stop that runs into its timeout has failed."""
        return frozenset({scene.active})


class StopFails(Fault):
    """The unit refuses to be stopped (RefuseManualStop=) and then dies: without fencing, a failed stop blocks a service."""

    name = "stop-fails"
    title = "A stop that fails"
    harsh = True
    watch = 4.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"let {scene.service.unit} on {scene.active} refuse every stop, then kill it"

    def expected(self, scene: Scene) -> Expectation:
        """An agent that looks first has nothing to stop; what asks systemd all the same has failed, and waits for fencing."""
        if scene.service.agent is Agent.QUICKSERVICE:
            return expect.crash(scene)
        if scene.fenced:
            crash, dead = expect.crash(scene).seconds or 0.0, expect.dead(scene, ahead=False).seconds or 0.0
            return Expectation(crash + dead, "the stop fails, so the node is fenced")
        return Expectation(None, "the stop fails, and without fencing nobody may start it elsewhere")

    def prepare(self, scene: Scene) -> None:
        """Let it refuse."""
        drop_in = "[Unit]\nRefuseManualStop=yes\n"
        scene.do(scene.active, Put(_path(scene), drop_in, backup=False), Command(("systemctl", "daemon-reload")))

    def inject(self, scene: Scene) -> None:
        """Kill it."""
        scene.do(scene.active, Command(("systemctl", "kill", "--signal=KILL", "--", scene.service.unit)))

    def heal(self, scene: Scene) -> None:
        """Let it be stopped again, and let the cluster try again. A node that was fenced has forgotten it already."""
        if scene.machines is not None:
            scene.machines.power_on(scene.active)
        scene.do(scene.active, Remove(_path(scene)), Command(("systemctl", "daemon-reload")))
        scene.operator.start_cluster(scene.active)
        scene.operator.cleanup()

    def explains(self, scene: Scene) -> frozenset[str]:
        """It failed where it was killed."""
        return frozenset({scene.active})


def _path(scene: Scene) -> str:
    return f"/run/systemd/system/{scene.service.unit}.d/90-hakit-drill.conf"
