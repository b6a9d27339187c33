"""When Corosync on a node was not let run: it keeps the last ten such times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

# cmap_keys(7), stats.schedmiss.N: 0 is the latest. In milliseconds; the delay is a float.
_KEY = re.compile(r"stats\.schedmiss\.(\d+)\.(timestamp|delay) \(\w+\) = ([\d.]+)")

# Corosync keeps no more (MAX_SCHEDMISS_EVENTS in stats.c).
MOST = 10


@dataclass(frozen=True, slots=True)
class Pause:
    """Corosync found at `noticed` that it had not run for `seconds`."""

    noticed: datetime
    seconds: float


def coarse(token: int) -> float:
    """Return by how many seconds Corosync may say too much: `token` is in milliseconds.

    It looks at the clock every third of a token, counts from its last look, and notes what is longer than 0.8 of a token
    (timer_function_scheduler_timeout in main.c).
    """
    return token / 3 / 1000


def parse(text: str) -> tuple[Pause, ...]:
    """Read `corosync-cmapctl -m stats`: the pauses since Corosync was started, the latest first."""
    found: dict[int, dict[str, float]] = {}
    for number, name, value in _KEY.findall(text):
        found.setdefault(int(number), {})[name] = float(value) / 1000
    return tuple(
        Pause(datetime.fromtimestamp(said["timestamp"], UTC), said["delay"])
        for _, said in sorted(found.items())
        if said.keys() == {"timestamp", "delay"}
    )
