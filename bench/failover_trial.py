"""One fault on one setup: broken, looked at as a client, healed; the numbers of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from failover_faults import Fault
from failover_setups import NODES, VIP, Setup

from hakit.core import SystemClock
from hakit.drill import question
from hakit.drill.client import Client
from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.report.outage import loss
from hakit.report.record import Trial

# squid has it in its memory: what is asked is squid, and the origin's work doesn't take the nodes' processors.
PAGE = f"http://{layout.client().addresses[0]}:{layout.ORIGIN_PORT}/kept"
STEADY = 0.7


@dataclass(frozen=True)
class Result:
    """Seconds without an answer, the longest time and in all; `back` False where no answer came within `seconds`.

    `error` says what went wrong with the measurement itself; it counts as none.
    """

    setup: str
    fault: str
    seconds: float
    total: float
    back: bool
    questions: int
    active: str
    error: str = ""

    def plain(self) -> dict[str, object]:
        """Give it as plain data."""
        return asdict(self)


def client(lab: Lab, every: float) -> Client:
    """Give a client that asks squid for a page through the VIP."""
    asked = question.of(VIP, 3128, PAGE)
    return Client(lab.client_argv(()), question.Question(VIP, 3128, asked.request, every=every), SystemClock())


def measure(lab: Lab, setup: Setup, fault: Fault, *, every: float) -> Result:
    """Do it. The setup is whole before; whether it is again behind it is the next one's business."""
    setup.tidy(lab)
    active = setup.wait(lab)
    other = NODES[1 - NODES.index(active)]
    with client(lab, every) as asking:
        asking.baseline(timeout=60)
        injected = time.time()
        try:
            fault.inject(lab, setup, active, other)
            time.sleep(max(0.0, injected + fault.watch - time.time()))
            asking.wait_steady(STEADY, since=injected, timeout=max(1.0, injected + fault.limit - time.time()))
        finally:
            healed = time.time()
            fault.heal(lab, setup, active, other)
    seen = Trial(
        fault.name, fault.title, injected=injected, healed=healed, ended=time.time(), answers=tuple(asking.answers)
    )
    lost = loss(seen)
    return Result(
        setup.name, fault.name, round(lost.longest, 3), round(lost.total, 3), lost.back, lost.questions, active
    )
