"""The faults of the comparison, each with its undoing and how long is waited for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from failover_setups import Setup, said
from stock import on

from hakit.lab.lab import Lab

Act = Callable[[Lab, Setup, str, str], None]


def _nothing(lab: Lab, setup: Setup, active: str, other: str) -> None:
    """Leave it."""


@dataclass(frozen=True)
class Fault:
    """`watch` is how many seconds are looked at even without an outage; `limit` when an answer is given up."""

    name: str
    title: str
    inject: Act
    heal: Act = _nothing
    watch: float = 1.0
    limit: float = 30.0
    harmless: bool = False
    fencing: bool = False
    seconds: float = 12.0
    """About how long one takes, its healing and all, for the estimate. `fencing`: what that does to it is measured too."""


def _signal(name: str) -> Act:
    def act(lab: Lab, setup: Setup, active: str, other: str) -> None:
        del setup, other
        said(lab, active, "systemctl", "kill", f"--signal={name}", "squid.service")

    return act


def _reboot(lab: Lab, node: str) -> None:
    on(lab, node, "systemctl", "--no-block", "reboot")


FAULTS = (
    Fault("switchover", "planned switchover", lambda lab, setup, a, b: setup.move(lab, a, b), seconds=10),
    # The stock monitor looks every 60 s.
    Fault("killed", "service killed", _signal("KILL"), limit=75, seconds=6),
    Fault("hung", "service hung", _signal("STOP"), _signal("CONT"), watch=2.0, seconds=12),
    Fault(
        "power", "node power lost",
        lambda lab, _, a, __: lab.power_off(a), lambda lab, _, a, __: lab.power_on(a), seconds=30,
        fencing=True,
    ),
    Fault(
        "clients", "client network of the active node lost",
        lambda lab, _, a, __: lab.cut(a, 0), lambda lab, _, a, __: lab.heal(a, 0), watch=2.0, seconds=16,
    ),
    Fault(
        "ring1", "ring 1 lost", lambda lab, _, a, __: lab.cut(a, 1), lambda lab, _, a, __: lab.heal(a, 1), watch=6.0,
        harmless=True, seconds=12,
    ),
    Fault(
        "reboot", "orderly reboot of the active node",
        lambda lab, _, a, __: _reboot(lab, a),
        lambda lab, _, a, __: lab.power_on(a), watch=6.0, limit=40, seconds=30,
    ),
)  # fmt: skip


def of(setup: Setup, chosen: Sequence[Fault]) -> list[Fault]:
    """Give those that are measured on a setup: on a fenced one only what has to be fenced."""
    wanted = [fault for fault in chosen if not setup.faults or fault.name in setup.faults]
    return [fault for fault in wanted if fault.fencing or not setup.fenced]
