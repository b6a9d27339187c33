"""How a node that doesn't answer is made harmless: devices, SBD, or the decision to do without."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core.action import Secret

# Seconds of advance for the node that runs the services, where two nodes could fence each other: twice what an
# ordinary management board takes. docs/decisions/0060-who-survives.md
ADVANCE = 10
TWO = 2

# sbd(8) and the file that Debian's package brings.
WATCHDOG, TIMEOUT = "/dev/watchdog", 5
# corosync-qdevice(8): sync_timeout, the longest that a quorum device's word may take, is 30 s; sbd distrusts a vote that may
# take longer than the watchdog (sbd-cluster.c, CHECK_QDEVICE_SYNC_TIMEOUT).
SYNC_TIMEOUT = 30
TIMEOUT_WITH_DEVICE = SYNC_TIMEOUT + 5
# How much later than the other one a node may notice a cut, in seconds, seen in the lab: 2; with as much again and a little more.
_APART = 5


@dataclass(frozen=True, slots=True)
class NoFencing:
    """The decision to run without fencing, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class SecretParameter:
    """A device's parameter that must not be shown. `file` holds it, "" stands for asking a person.

    `value` is None until somebody has read it or asked for it.
    """

    name: str
    file: str = ""
    value: Secret | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A fencing device: `agent` is a stock fence agent, `nodes` those that it can fence, `delay` is in seconds."""

    name: str
    agent: str
    nodes: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...] = ()
    secrets: tuple[SecretParameter, ...] = ()
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """What is tried for a node as the `index`-th (from 1): all of the devices have to succeed."""

    node: str
    index: int
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceFencing:
    """Fencing by devices. `priority_delay` is how many seconds the node that runs more is ahead in a race; 0 for none."""

    devices: tuple[Device, ...]
    levels: tuple[Level, ...] = ()
    priority_delay: int = 0


@dataclass(frozen=True, slots=True)
class SbdFencing:
    """Fencing by SBD: by messages on shared `disks` (one or three), or without any by the watchdog and quorum alone.

    `timeout` is the watchdog's, in seconds; `priority_delay` as for devices.
    """

    disks: tuple[str, ...] = ()
    watchdog: str = WATCHDOG
    timeout: int = TIMEOUT
    priority_delay: int = 0


Fencing = NoFencing | DeviceFencing | SbdFencing


def advance(nodes: int, *, device: bool = False) -> int:
    """Return the usual `priority_delay`: of two nodes either may fence the other.

    Of more, or with a quorum device, only a majority fences, so there is no race.
    """
    return ADVANCE if nodes == TWO and not device else 0


def sbd_timeout(*, disks: bool, device: bool) -> int:
    """Return the usual timeout of the watchdog: longer where only a quorum device's word tells who has to go."""
    return TIMEOUT if disks or not device else TIMEOUT_WITH_DEVICE


def sbd_advance(timeout: int, nodes: int, *, disks: bool, device: bool = False) -> int:
    """Return the usual `priority_delay` with SBD: the other node is dead by then, by its message or by its watchdog.

    Without disks only the side with quorum fences, so there is no race.
    """
    usual = advance(nodes, device=device) if disks else 0
    return max(usual, timeout + _APART) if usual else 0


def devices(fencing: Fencing) -> tuple[Device, ...]:
    """Return the devices; none where there is no fencing."""
    return fencing.devices if isinstance(fencing, DeviceFencing) else ()
