"""Ask the virtual IPs of a running cluster: does each answer, and nobody else for it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hakit.apply.preflight import PROGRAM
from hakit.core import Command, Finding, HostUnreachable, Outcome, Runner
from hakit.model import Service, Vip
from hakit.observe.host import probe
from hakit.plan.health import services
from hakit.plan.preflight import vips
from hakit.plan.seen import Seen
from hakit.run.hosts import fan_out


@dataclass(frozen=True, kw_only=True, slots=True)
class VipSilent(Finding):
    """A VIP doesn't answer another node."""

    code = "HK333"
    matters = "The address is configured, but the network does not carry it: clients will see the same."
    see = "ocf:heartbeat:IPaddr2, arp_count"
    service: str
    address: str
    asker: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"service {self.service}: {self.address} does not answer {self.asker}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"on {self.asker}: ip neigh show {self.address}; does a firewall drop ping?"


def answers(seen: Seen, runner: Runner) -> Iterator[Finding]:
    """Ask for each virtual IP from another node than the one that holds it: one trip per asking node, all at once."""
    asked = _askers(seen)

    def one(asker: str) -> Sequence[Outcome]:
        theirs = asked[asker]
        pings = [_ping(service.vip) for service in theirs if service.vip]
        return runner.batch(asker, (*pings, probe.asking(PROGRAM, seen.hosts[asker], theirs)), keep_going=True)

    for asker, said in fan_out(asked, one).items():
        if isinstance(said, HostUnreachable):
            raise said
        network = probe.heard(said[-1])
        for service, pinged in zip(asked[asker], said[:-1], strict=True):
            if not service.vip:
                continue
            address = service.vip.interface.ip
            if pinged.code != 0:
                yield VipSilent(service=service.name, address=str(address), asker=asker)
            if why := network.fault or network.failed.get(address):
                yield vips.VipUnproven(host=asker, address=address, reason=why)
            yield from vips.claimed(
                service.name, address, {asker: network.claims.get(address, frozenset())}, seen.hosts
            )


def _askers(seen: Seen) -> dict[str, list[Service]]:
    """Say which node is to ask for which services: one that runs, and doesn't hold their address."""
    state, asked = seen.state, dict[str, list[Service]]()
    if state is None:
        return asked
    for service in seen.cluster.services:
        holder = services.place(service, state)
        asker = next((name for name in seen.running if name != holder), None)
        resting = services.out_of_service(seen.cluster, service, state)
        if service.vip is not None and asker is not None and not resting:
            asked.setdefault(asker, []).append(service)
    return asked


def _ping(vip: Vip) -> Command:
    # Ends with the first answer, and asks again for two seconds before it gives up (ping(8), -c with -w).
    argv = ("ping", "-n", "-q", "-c", "1", "-i", "0.2", "-w", "2", "--", str(vip.interface.ip))
    return Command(argv, ok_codes=frozenset({0, 1, 2}), timeout=10, changes_state=False)
