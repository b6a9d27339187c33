"""Whether nodes are ready: ssh answers, systemd has booted, pcsd is there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hakit.core.action import Command
from hakit.core.clock import DeadlinePassed, SystemClock, wait_until
from hakit.core.errors import HakitError
from hakit.core.event import Listener, StepDone, StepStarted
from hakit.lab import processes
from hakit.lab.keep import keeper
from hakit.lab.layout import Host, Layout
from hakit.run import machine

_GONE = 6
_UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until all must be ready, between two looks, and for the answer to one."""

    whole: float = 180.0
    every: float = 0.3
    answer: float = 15.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a node said: systemd's state ("running", "starting", …; empty without an answer) and pcsd's.

    pcsd is "unwanted" where it isn't started at boot, or somebody removed pcs, to drive the nodes with crm alone.
    """

    system: str
    pcsd: str

    @property
    def ready(self) -> bool:
        """A unit that failed is the node's own matter: Debian's stock corosync may well."""
        return self.system in {"running", "degraded"} and self.pcsd in {"active", _UNWANTED}


def look(layout: Layout, node: Host, patience: Patience) -> Seen:
    """Ask a node over ssh."""
    remote = (
        "systemctl is-system-running; systemctl is-active pcsd.service; "
        f"systemctl is-enabled --quiet pcsd.service || systemctl is-active --quiet pcsd.service || echo {_UNWANTED}"
    )
    connect = int(patience.answer / 3)
    outcome = machine.run(
        Command(
            (
                "ssh",
                "-F",
                str(layout.ssh_config),
                "-o",
                "BatchMode=yes",
                "-o",
                f"ConnectTimeout={connect}",
                node.name,
                remote,
            ),
            timeout=patience.answer,
            changes_state=False,
        )
    )
    system, pcsd, *more = (line.strip() for line in (*outcome.stdout.split("\n"), "", ""))
    return Seen(system, _UNWANTED if _UNWANTED in more else pcsd)


def wait(layout: Layout, nodes: Sequence[Host], patience: Patience, listener: Listener) -> None:
    """Wait until all are ready. Raises HakitError with the end of what the node's console said."""
    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(lambda node: _wait(layout, node, patience, listener), nodes))


def _wait(layout: Layout, node: Host, patience: Patience, listener: Listener) -> None:
    start = time.monotonic()
    listener.hear(StepStarted("boot", node.name))
    ok = False
    try:
        wait_until(
            f"{node.name} is ready",
            _Watch(layout, node, patience).look,
            lambda seen: seen.ready,
            clock=SystemClock(),
            timeout=patience.whole,
            every=patience.every,
            in_a_row=1,
        )
        ok = True
    except DeadlinePassed as late:
        raise HakitError("\n".join([late.message, *said(layout, node)])) from late
    finally:
        listener.hear(StepDone("boot", node.name, time.monotonic() - start, ok=ok))


class _Watch:
    """Looks at a node, and doesn't wait for one that has ended (unless to be started again at once)."""

    def __init__(self, layout: Layout, node: Host, patience: Patience) -> None:
        self._layout = layout
        self._node = node
        self._patience = patience
        self._gone = 0

    def look(self) -> Seen:
        """Look once. Raises HakitError when there has been no process of the node for a while."""
        there = processes.members(keeper().groups(self._layout, self._node.name))
        self._gone = 0 if there else self._gone + 1
        if self._gone >= _GONE:
            raise HakitError(
                "\n".join([f"{self._node.name}: its processes have ended", *said(self._layout, self._node)])
            )
        return look(self._layout, self._node, self._patience)


def said(layout: Layout, node: Host) -> list[str]:
    """Return the end of what the node's console said."""
    try:
        lines = layout.log(node.name).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [f"  | {line}" for line in lines[-15:]]
