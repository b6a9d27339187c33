"""What ocf:hakit:quickservice is told of a service; a test holds the names to the agent's own metadata."""

from __future__ import annotations

from hakit.model.probe import asked
from hakit.model.service import Service
from hakit.model.timing import Timing

HUNG_ESCALATION = 0.5
"""The agent's own default: seconds for which a service that hung may do nothing when it is told to stop."""


def parameters(service: Service, timing: Timing) -> dict[str, str]:
    """Return the agent's parameters, in the order of its metadata.

    The agent's monitor stays and watches, so the monitor operation's interval is only the pause between two
    watches; how often the service is asked is said to the agent (docs/decisions/0103-agent-watch.md).
    """
    said = {"unit": service.unit}
    if not service.monitor_unit:
        said["monitor_unit"] = "no"
    if service.probe is not None:
        said |= asked(service.probe.question)
        said["probe_timeout"] = f"{service.probe.timeout}s"
        said["probe_interval"] = f"{timing.probe_interval}s"
        said["probe_failures"] = str(service.probe.failures)
        said["probe_start_timeout"] = f"{service.probe.start_timeout}s"
    if service.hot:
        said["down_attribute"] = service.down
    if service.stop_signal is not None:
        said["stop_signal"] = service.stop_signal
    if service.stop_escalation is not None:
        said["stop_escalation"] = f"{service.stop_escalation}s"
    return said
