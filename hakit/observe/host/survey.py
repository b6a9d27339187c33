"""A bare host as `hakit init` wants to know it: its name, networks, services, and what they listen on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hakit.core import Action, Command, CommandFailed, Outcome
from hakit.observe.host import corosync_conf, interfaces
from hakit.observe.host.interfaces import Interface

_NAME = Command(("uname", "-n"), timeout=5, changes_state=False)
_UNITS = Command(
    ("systemctl", "list-unit-files", "--type=service", "--no-legend", "--no-pager", "--full"),
    timeout=20,
    changes_state=False,
)
_ROUTE = Command(("ip", "-json", "route", "show", "default"), timeout=5, changes_state=False)
_ANY = frozenset({"00000000", "0" * 32})


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP port that a service listens on; `everywhere` when on all of the host's addresses."""

    port: int
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was seen. `name` is the host's own, `host` how it was reached; `cluster` is that of its corosync.conf.

    `default_nic` is the interface of the default route; empty without one.
    """

    host: str
    name: str
    interfaces: tuple[Interface, ...]
    default_nic: str = ""
    units: frozenset[str] = frozenset()
    listeners: Mapping[str, tuple[Listener, ...]] = field(default_factory=dict)
    cluster: str = ""


def actions(program: str) -> tuple[Action, ...]:
    """Name what to ask, for one batch with `keep_going`. `program` is the text that defines `main` (run/listeners.py)."""
    listen = Command(("python3", "-I", "-S", "-"), stdin=f"{program}\nmain()\n", timeout=20, changes_state=False)
    return (_NAME, _UNITS, _ROUTE, listen, *corosync_conf.ACTIONS, *interfaces.ACTIONS)


def read(outcomes: Sequence[Outcome]) -> Surveyed:
    """Read the outcomes of `actions`. Raises CommandFailed for what no host should refuse."""
    name, units, route, listen, conf, nics = outcomes
    for outcome in (name, units, listen, nics):
        if not outcome.ok:
            raise CommandFailed(outcome)
    known = corosync_conf.read((conf,))
    return Surveyed(
        host=name.host,
        name=name.stdout.strip(),
        interfaces=interfaces.read((nics,)),
        default_nic=_default(route.stdout) if route.ok else "",
        units=frozenset(line.split()[0] for line in units.stdout.splitlines() if line.split()),
        listeners={unit: _listeners(sockets) for unit, sockets in json.loads(listen.stdout).items()},
        cluster=known.cluster_name or "without a name" if known and not known.stock else "",
    )


def _listeners(sockets: Sequence[tuple[str, int]]) -> tuple[Listener, ...]:
    ports: dict[int, bool] = {}
    for address, port in sockets:
        ports[port] = ports.get(port, False) or address in _ANY
    return tuple(Listener(port, everywhere) for port, everywhere in sorted(ports.items()))


def _default(text: str) -> str:
    return next((str(route["dev"]) for route in json.loads(text or "[]") if "dev" in route), "")
