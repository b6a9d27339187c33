"""Somebody else sits at the service's port when it wants to start again."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill import expect
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_UNIT = "hakit-drill-port"
# Binds as soon as the port is free, and then holds it; ends by itself.
_SQUATTER = """\
import socket, sys, time
end = time.monotonic() + 600
while time.monotonic() < end:
    try:
        line = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
    except OSError:
        time.sleep(0.001)
        continue
    time.sleep(600)
"""


class PortTaken(Fault):
    """The service dies, and before it starts again its port is taken."""

    name = "port-taken"
    title = "Port taken"
    harsh = True
    watch = 4.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"kill {scene.service.unit} on {scene.active}, and let another program take its port"

    def expected(self, scene: Scene) -> Expectation:
        """It can't start there, so it goes to the other node, once the start has failed."""
        crash = expect.crash(scene)
        seconds = None if crash.seconds is None else crash.seconds + scene.service.timeouts.start + expect.start(scene)
        return Expectation(
            seconds, "it cannot start where it was; how long that takes to show is the unit's own business"
        )

    def impossible(self, scene: Scene) -> str:
        """Say whether it is known at which port it listens."""
        return "" if scene.port else "it is not known at which port it listens"

    def inject(self, scene: Scene) -> None:
        """Have somebody wait for the port, then free it."""
        squat = ("python3", "-I", "-S", "-c", _SQUATTER, str(scene.port))
        scene.do(
            scene.active,
            Command(("systemd-run", "--quiet", "--collect", f"--unit={_UNIT}", *squat)),
            Command(("systemctl", "kill", "--signal=KILL", "--", scene.service.unit)),
        )

    def heal(self, scene: Scene) -> None:
        """Free the port."""
        scene.do(scene.active, Command(("systemctl", "stop", f"{_UNIT}.service"), ok_codes=frozenset({0, 5})))

    def explains(self, scene: Scene) -> frozenset[str]:
        """It failed where the port was taken."""
        return frozenset({scene.active})
