"""The program that probes the network between the nodes; all of them run it at the same time.

Sent to `python3 -I -S -` on each host, followed by a call of `main` with what to probe. It stands alone: standard
library, Python 3.9. It keeps nothing: sockets are closed, nothing is configured, caches of neighbours stay as they
are. A port that is in use, as by a running corosync, is left alone and reported as busy.

- Each ring's UDP port is bound as Corosync binds it (same address, same port, sending from there), and a token goes to
  every peer until all have everything or the time is up. Who is heard is reported, so each direction is proved.
- TCP: a connection to each peer's pcsd; where pcsd doesn't run, this program listens in its place for that moment.
- Virtual IPs: ARP requests with the sender 0.0.0.0 (RFC 5227, a probe changes nobody's cache) or neighbour solicitations
  (RFC 4861); whoever claims the address is reported with his MAC.
"""

from __future__ import annotations

import contextlib
import errno
import json
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

EVERY = 0.1  # seconds between tokens
GRACE = 0.15  # seconds during which tokens still go out after all is known
ARP_WAIT = 0.6  # seconds for answers about virtual IPs, from the first of three questions on
_ARP_AT = (0.0, 0.2, 0.4)
_ETH_P_ARP = 0x0806
_ARP_BYTES = 42  # Ethernet header 14, ARP for IPv4 28
_ADVERTISEMENT = 136  # ICMPv6 type, RFC 4861
_ADVERTISEMENT_BYTES = 24  # without options


def main(plan: str) -> None:
    """Probe what the JSON text `plan` says and print what was seen as one line of JSON."""
    probe = Probe(json.loads(plan))
    probe.run()
    sys.stdout.write(json.dumps(probe.seen()) + "\n")


class Probe:
    """Everything that is open while the probe runs."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.me = plan["me"]
        self.run_id = plan["run"]
        self.limit = plan["seconds"]
        self.readers: dict[socket.socket, Callable[[], None]] = {}
        self.rings = [Ring(self, ring) for ring in plan["rings"]]
        self.peers = {peer for ring in self.rings if ring.state == "bound" for peer in ring.peers}
        self.finished: set[str] = set()
        self.doors = Doors(self, plan["tcp"])
        self.claims: dict[str, set[str]] = {entry["address"]: set() for entry in plan["vips"]}
        self.failed: dict[str, str] = {}
        self.askers = self.open_askers(plan["vips"])

    def run(self) -> None:
        """Send and listen until everybody knows everything, or the time is up."""
        start = time.monotonic()
        asked, next_send, through = 0, start, None
        while time.monotonic() - start < self.limit:
            now = time.monotonic()
            if asked < len(_ARP_AT) and now - start >= _ARP_AT[asked]:
                asked += 1
                for ask in self.askers:
                    ask()
            if now >= next_send:
                next_send = now + EVERY
                complete = self.complete(now - start)
                for ring in self.rings:
                    ring.send(complete=complete)
                self.doors.knock()
                if complete and self.peers <= self.finished:
                    through = through or now
            if through is not None and (not self.rings or now - through >= GRACE):
                return
            ready, writable, _ = select.select(list(self.readers), self.doors.pending(), [], EVERY / 4)
            for reader in ready:
                self.readers[reader]()
            for door in writable:
                self.doors.settled(door)

    def complete(self, passed: float) -> bool:
        """Whether nothing is left to be seen here."""
        return (
            all(ring.complete() for ring in self.rings)
            and self.doors.complete()
            and (not self.askers or passed >= ARP_WAIT)
        )

    def seen(self) -> dict[str, Any]:
        """Say what was seen."""
        return {
            "rings": [{"number": r.number, "socket": r.state, "heard": sorted(r.heard)} for r in self.rings],
            "doors": self.doors.answers(),
            "claims": {address: sorted(macs) for address, macs in self.claims.items()},
            "failed": self.failed,
        }

    def open_askers(self, vips: list[dict[str, str]]) -> list[Callable[[], None]]:
        """Open what asks for the virtual IPs; a socket that can't be opened is reported, not fatal.

        One socket for all addresses of a kind on an interface: each socket would hear every answer.
        """
        groups: dict[tuple[bool, str], list[str]] = {}
        for entry in vips:
            groups.setdefault((":" in entry["address"], entry["nic"]), []).append(entry["address"])
        askers = (self.asker(nic, addresses, ndp=ndp) for (ndp, nic), addresses in groups.items())
        return [asker for asker in askers if asker is not None]

    def asker(self, nic: str, addresses: list[str], *, ndp: bool) -> Callable[[], None] | None:
        """Open what asks for some addresses on an interface."""
        try:
            return (asks_by_ndp if ndp else asks_by_arp)(self, nic, addresses)
        except OSError as error:
            self.failed.update(dict.fromkeys(addresses, str(error)))
            return None


class Ring:
    """One ring's UDP port and whom it hears."""

    def __init__(self, probe: Probe, plan: dict[str, Any]) -> None:
        self.probe = probe
        self.number = plan["number"]
        self.peers: dict[str, str] = plan["peers"]
        self.port = plan["port"]
        self.heard: set[str] = set()
        family = socket.AF_INET6 if ":" in plan["address"] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        try:
            self.socket.bind((plan["address"], self.port))
        except OSError as error:
            self.state = {errno.EADDRINUSE: "busy", errno.EADDRNOTAVAIL: "absent"}.get(error.errno or 0, str(error))
        else:
            self.state = "bound"
            probe.readers[self.socket] = self.take

    def send(self, *, complete: bool) -> None:
        """Send a token to every peer; what stops it shows in that the peer doesn't hear it."""
        if self.state != "bound":
            return
        token = json.dumps({"run": self.probe.run_id, "from": self.probe.me, "complete": complete}).encode()
        for address in self.peers.values():
            with contextlib.suppress(OSError):
                self.socket.sendto(token, (address, self.port))

    def take(self) -> None:
        """Take a datagram; only our own run's tokens count."""
        try:
            token = json.loads(self.socket.recv(4096))
            if token["run"] == self.probe.run_id and token["from"] in self.peers:
                self.heard.add(token["from"])
                if token["complete"]:
                    self.probe.finished.add(token["from"])
        except (OSError, ValueError, KeyError, TypeError):
            return

    def complete(self) -> bool:
        """Whether everybody was heard."""
        return self.state != "bound" or self.heard >= set(self.peers)


class Doors:
    """TCP connections to the peers."""

    def __init__(self, probe: Probe, plan: dict[str, Any]) -> None:
        self.port = plan["port"]
        self.peers: dict[str, str] = plan["peers"]
        self.state = dict.fromkeys(self.peers, "silent")
        self.open: dict[socket.socket, str] = {}
        if not self.peers:
            return
        family = socket.AF_INET6 if ":" in plan["address"] else socket.AF_INET
        self.stand_in = socket.socket(family, socket.SOCK_STREAM)
        self.stand_in.setblocking(False)
        self.stand_in.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.stand_in.bind((plan["address"], self.port))
            self.stand_in.listen(64)
        except OSError:
            self.stand_in.close()  # pcsd itself listens, or there is no such address
        else:
            probe.readers[self.stand_in] = self.greet

    def greet(self) -> None:
        """Accept and hang up."""
        try:
            self.stand_in.accept()[0].close()
        except OSError:
            return

    def knock(self) -> None:
        """Connect to every peer that isn't known to be open and isn't being connected to."""
        for peer, address in self.peers.items():
            if self.state[peer] == "open" or peer in self.open.values():
                continue
            door = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            door.setblocking(False)
            code = door.connect_ex((address, self.port))
            if code in (0, errno.EINPROGRESS):
                self.open[door] = peer
            else:
                self.state[peer] = _door(code)
                door.close()

    def pending(self) -> list[socket.socket]:
        """Return the connections that are being made."""
        return list(self.open)

    def settled(self, door: socket.socket) -> None:
        """Note what became of a connection."""
        self.state[self.open.pop(door)] = _door(door.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
        door.close()

    def complete(self) -> bool:
        """Whether every peer let us in."""
        return all(state == "open" for state in self.state.values())

    def answers(self) -> dict[str, str]:
        """Say what each peer's door came to."""
        return self.state


def _door(code: int) -> str:
    if code == 0:
        return "open"
    return "refused" if code == errno.ECONNREFUSED else "silent" if code == errno.ETIMEDOUT else "no way"


def asks_by_arp(probe: Probe, nic: str, addresses: list[str]) -> Callable[[], None]:
    """Return what sends one ARP probe for each address; answers go to the probe's claims."""
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ARP))
    line.setblocking(False)
    line.bind((nic, _ETH_P_ARP))
    mac = line.getsockname()[4]
    wanted = {socket.inet_aton(address): address for address in addresses}

    def ask() -> None:
        for packed in wanted:
            body = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, bytes(4), bytes(6), packed)
            line.send(b"\xff" * 6 + mac + struct.pack("!H", _ETH_P_ARP) + body)

    def take() -> None:
        got = line.recv(2048)
        # Whoever names the address as his own claims it, in an answer (2) or an announcement (1).
        if len(got) >= _ARP_BYTES and got[28:32] in wanted and got[22:28] != mac:
            probe.claims[wanted[got[28:32]]].add(got[22:28].hex(":"))

    probe.readers[line] = _quietly(take)
    return _quietly(ask)


def asks_by_ndp(probe: Probe, nic: str, addresses: list[str]) -> Callable[[], None]:
    """Return what sends one neighbour solicitation for each address; answers go to the probe's claims."""
    line = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    line.setblocking(False)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, nic.encode() + b"\0")
    line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    index = socket.if_nametoindex(nic)
    wanted = {socket.inet_pton(socket.AF_INET6, address): address for address in addresses}
    with open("/sys/class/net/" + nic + "/address") as file:  # noqa: PTH123 - pathlib costs milliseconds on the host
        mac = bytes.fromhex(file.read().strip().replace(":", ""))

    def ask() -> None:
        for packed in wanted:
            solicited = socket.inet_ntop(socket.AF_INET6, bytes.fromhex("ff0200000000000000000001ff") + packed[13:])
            # The kernel fills in the checksum.
            packet = struct.pack("!BBHI", 135, 0, 0, 0) + packed + b"\x01\x01" + mac
            line.sendto(packet, (solicited, 0, 0, index))

    def take() -> None:
        got = line.recv(2048)
        if len(got) >= _ADVERTISEMENT_BYTES and got[0] == _ADVERTISEMENT and got[8:24] in wanted:
            probe.claims[wanted[got[8:24]]].add(got[26:32].hex(":") if got[24:26] == b"\x02\x01" else "")

    probe.readers[line] = _quietly(take)
    return _quietly(ask)


def _quietly(work: Callable[[], object]) -> Callable[[], None]:
    def quiet() -> None:
        try:
            work()
        except OSError:
            return

    return quiet
