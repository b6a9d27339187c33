"""All faults, in the order in which a drill does them: the frequent and harmless first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from hakit.core import ExitCode, HakitError
from hakit.drill.fault import Fault
from hakit.drill.faults.clients_network import ClientsCut, ClientsUnplugged
from hakit.drill.faults.clock_jump import ClockJump
from hakit.drill.faults.cpu_starved import CpuStarved
from hakit.drill.faults.daemon_killed import CorosyncKilled, PacemakerdKilled
from hakit.drill.faults.disk_full import DiskFull
from hakit.drill.faults.double import RingThenPower
from hakit.drill.faults.move_interrupted import MoveThenPower
from hakit.drill.faults.node_frozen import NodeFrozen
from hakit.drill.faults.node_rebooted import NodeRebooted
from hakit.drill.faults.port_taken import PortTaken
from hakit.drill.faults.power_lost import PowerLost
from hakit.drill.faults.ring_bad import RingBad
from hakit.drill.faults.ring_lost import RingLost, RingsLost
from hakit.drill.faults.service_hung import ServiceHung
from hakit.drill.faults.service_killed import ServiceKilled
from hakit.drill.faults.service_stopped import ServiceStopped
from hakit.drill.faults.standby_broken import StandbyBroken
from hakit.drill.faults.standby_lost import StandbyThenKilled
from hakit.drill.faults.stop_fails import StopFails, StopSlow
from hakit.drill.faults.switchover import Switchover

FAULTS: tuple[Fault, ...] = (
    Switchover(),
    ServiceKilled(),
    ServiceHung(),
    PowerLost(),
    ClientsCut(),
    ClientsUnplugged(),
    RingLost(0),
    RingLost(1),
    ServiceStopped(),
    NodeFrozen(),
    NodeRebooted(),
    CorosyncKilled(),
    PacemakerdKilled(),
    PortTaken(),
    RingsLost(),
    RingBad(),
    DiskFull(),
    ClockJump(),
    CpuStarved(),
    StopFails(),
    StopSlow(),
    StandbyBroken(),
    RingThenPower(),
    StandbyThenKilled(),
    MoveThenPower(),
)


def chosen(names: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults of these names in their own order, all when none is named. Raises HakitError for one unknown."""
    wanted = list(names)
    known = {fault.name: fault for fault in FAULTS}
    for name in wanted:
        if name not in known:
            alike = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {alike[0]!r}?" if alike else f"there are: {', '.join(known)}"
            raise HakitError(f"there is no fault {name!r}", hint=hint, code=ExitCode.USAGE)
    return tuple(fault for fault in FAULTS if not wanted or fault.name in wanted)
