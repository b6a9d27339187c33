"""The unit on the other node is broken when it is needed."""

from __future__ import annotations

from hakit.core import Command, Put, Remove
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class StandbyBroken(Fault):
    """The unit can't start on the other node, and then it dies on this one: it has to be started again here."""

    name = "standby-broken"
    title = "Standby's unit broken, then service killed"
    harsh = True

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"break {scene.service.unit} on {scene.standby} (its start fails), then kill it on {scene.active}"

    def expected(self, scene: Scene) -> Expectation:
        """As when it is killed: it starts again where it was."""
        crash = expect.crash(scene)
        return Expectation(crash.seconds, f"it starts again where it was: {crash.why}")

    def prepare(self, scene: Scene) -> None:
        """Break it there."""
        drop_in = "[Service]\nExecStartPre=/bin/false\n"
        scene.do(scene.standby, Put(_path(scene), drop_in, backup=False), Command(("systemctl", "daemon-reload")))

    def inject(self, scene: Scene) -> None:
        """Kill it here."""
        scene.do(scene.active, Command(("systemctl", "kill", "--signal=KILL", "--", scene.service.unit)))

    def heal(self, scene: Scene) -> None:
        """Mend it there."""
        scene.do(
            scene.standby,
            Remove(_path(scene)),
            Command(("systemctl", "daemon-reload")),
            Command(("systemctl", "reset-failed", "--", scene.service.unit), ok_codes=frozenset({0, 1})),
        )

    def explains(self, scene: Scene) -> frozenset[str]:
        """It failed where it was killed, and may have been tried where it is broken."""
        return frozenset({scene.active, scene.standby})


def _path(scene: Scene) -> str:
    return f"/run/systemd/system/{scene.service.unit}.d/90-hakit-drill.conf"
