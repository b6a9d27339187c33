"""How a node that doesn't answer is made harmless: devices, or the decision to do without."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core.action import Secret

# Seconds of advance for the node that runs the services, where two nodes could fence each other: twice what an
# ordinary management board takes. docs/decisions/0060-who-survives.md
ADVANCE = 10
TWO = 2


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


Fencing = NoFencing | DeviceFencing


def advance(nodes: int, *, device: bool = False) -> int:
    """Return the usual `priority_delay`: of two nodes either may fence the other.

    Of more, or with a quorum device, only a majority fences, so there is no race.
    """
    return ADVANCE if nodes == TWO and not device else 0


def devices(fencing: Fencing) -> tuple[Device, ...]:
    """Return the devices; none where there is no fencing."""
    return fencing.devices if isinstance(fencing, DeviceFencing) else ()
