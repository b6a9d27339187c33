"""By how much the clocks of other hosts are ahead of this machine's."""

from __future__ import annotations

import time

from hakit.core import HakitError, Runner
from hakit.observe.host import clock

_TRIES = 3


def ahead(runner: Runner, host: str) -> float:
    """Return the seconds by which a host's clock is ahead, by the quickest of a few questions; 0 when it doesn't say."""
    best: tuple[float, float] | None = None
    for _ in range(_TRIES):
        asked = time.time()
        try:
            (outcome,) = runner.batch(host, clock.ACTIONS)
            reading = clock.read(outcome, asked, time.time())
        except (HakitError, ValueError):
            continue
        found = (reading.most - reading.least, (reading.most + reading.least) / 2)
        best = found if best is None else min(best, found)
    return best[1] if best and abs(best[1]) > best[0] / 2 else 0.0
