"""How a lab is: what `hakit lab status` shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hakit.lab import network, power, ready
from hakit.lab.lab import Lab
from hakit.lab.layout import Host
from hakit.lab.network import Cable


@dataclass(frozen=True, slots=True)
class NodeReport:
    """A node: its process on this machine (None when off), systemd's and pcsd's states, and its cable of each ring."""

    name: str
    addresses: tuple[str, ...]
    leader: int | None
    system: str
    pcsd: str
    cables: tuple[Cable, ...]

    @property
    def healthy(self) -> bool:
        """Whether it is up, ready and wholly cabled."""
        asked = ready.Seen(self.system, self.pcsd)
        return self.leader is not None and asked.ready and set(self.cables) == {Cable.WHOLE}


@dataclass(frozen=True, slots=True)
class Report:
    """A lab."""

    name: str
    release: str
    origin: bool
    nodes: tuple[NodeReport, ...]

    @property
    def healthy(self) -> bool:
        """Whether all of it is as `up` left it."""
        return self.origin and all(node.healthy for node in self.nodes)


def look(lab: Lab) -> Report:
    """Look at the lab, at all nodes at once."""
    with ThreadPoolExecutor(len(lab.hosts)) as pool:
        nodes = tuple(pool.map(lambda host: _node(lab, host), lab.hosts))
    return Report(lab.layout.name, lab.release, power.origin_runs(lab.layout), nodes)


def _node(lab: Lab, host: Host) -> NodeReport:
    leader = lab.leader(host.name)
    seen = ready.Seen("", "") if leader is None else lab.ask(host)
    return NodeReport(host.name, host.addresses, leader, seen.system, seen.pcsd, _cables(lab, host))


def _cables(lab: Lab, host: Host) -> tuple[Cable, ...]:
    return tuple(network.cable(lab.layout, host.name, ring) for ring in range(len(host.addresses)))
