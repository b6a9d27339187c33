"""What outages the spec's numbers promise; reckoned, not measured, with room for a busy machine."""

from __future__ import annotations

from hakit.drill.scene import Scene
from hakit.model import Agent, DeviceFencing, SbdFencing, TcpQuestion, UnixQuestion, quickservice
from hakit.render import sbd
from hakit.report.record import Expectation

# Seconds that Pacemaker takes to decide and to tell a node, and a VIP to be added and followed, at the worst.
DECISION = 1.5
# What one start or stop costs: Pacemaker before 3.0.1 polls a systemd: resource every two seconds; an agent says so at once.
_OPERATION = {Agent.SYSTEMD: 2.5, Agent.QUICKSERVICE: 1.5}


def start(scene: Scene) -> float:
    """Reckon how long the service takes to start once that is decided, in seconds."""
    return _OPERATION[scene.service.agent]


def planned(scene: Scene) -> Expectation:
    """Stop here, start there."""
    seconds = DECISION + 2 * start(scene)
    return Expectation(seconds, f"it stops in {start(scene):g} s and starts in as many, {DECISION:g} s to decide")


def crash(scene: Scene) -> Expectation:
    """A unit that dies."""
    if scene.service.agent is Agent.QUICKSERVICE:
        return Expectation(1.0 + DECISION + start(scene), "the agent watches the unit, and sees it die at once")
    interval = scene.cluster.timing.unit_interval
    seconds = interval + DECISION + 2 * start(scene)
    return Expectation(seconds, f"seen at the next monitor, every {interval} s, then stopped and started")


def hang(scene: Scene) -> Expectation:
    """A unit that runs and does not answer."""
    probe = scene.service.probe
    if probe is None:
        return Expectation(None, "systemd says that it runs, and without a probe nobody asks it")
    if isinstance(probe.question, TcpQuestion | UnixQuestion):
        return Expectation(
            None, "the kernel accepts connections for a process that hangs: a probe by http or command sees more"
        )
    interval, idle = scene.cluster.timing.probe_interval, quickservice.HUNG_ESCALATION
    seen = interval + probe.failures * max(probe.timeout, interval)
    why = f"{probe.failures} probes in a row fail, {probe.timeout} s each, and what then ignores its stop is killed after {idle:g} s"
    return Expectation(seen + idle + DECISION + 2 * start(scene), why)


def dead(scene: Scene, *, ahead: bool = True) -> Expectation:
    """A node that says nothing any more; one that is off, or still a member, is not waited for (`ahead`)."""
    timing = scene.cluster.timing
    silence = (timing.token + timing.consensus) / 1000
    fencing = _fencing(scene, ahead=ahead)
    seconds = silence + fencing + DECISION + start(scene)
    more = f", fencing up to {fencing:g} s" if fencing else ""
    return Expectation(seconds, f"declared dead after {silence:g} s (token + consensus){more}, then started elsewhere")


def _fencing(scene: Scene, *, ahead: bool) -> float:
    """Say how long it takes until a node is known to be off: SBD says so itself, a switch is given 10 s, and the advance before."""
    decided = scene.cluster.fencing
    if isinstance(decided, SbdFencing):
        return float(sbd.wait(scene.cluster, decided) + decided.priority_delay)
    advance = decided.priority_delay if isinstance(decided, DeviceFencing) and ahead else 0
    return 10.0 + advance if scene.fenced else 0.0


def parted(scene: Scene, otherwise: str) -> Expectation:
    """Nodes that have lost each other while both live, and clients reach both."""
    if scene.fenced:
        return dead(scene)
    if scene.asks:
        return Expectation(0.0, "the other node asks the network, hears who has the address, and leaves it alone")
    return Expectation(None, otherwise)


NOTHING = Expectation(0.0, "nothing that clients use is touched")


def path(scene: Scene) -> Expectation:
    """A node that clients no longer reach, though the cluster does."""
    timing = scene.cluster.timing
    if scene.cluster.guards(scene.service):
        seen = 3.0 * timing.guard_timeout + timing.guard_settle / 1000
        return Expectation(seen + DECISION + 2 * start(scene), f"the guard sees it within {seen:g} s, then it moves")
    return Expectation(
        None, "the cluster still sees the node by its other ring, and nobody looks after the clients' path"
    )
