"""What Corosync says of its rings and of quorum on one node."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hakit.core import Command

# Statistics have one key per peer and link; cfgtool prints the same as prose that changes between releases.
LINKS = Command(("corosync-cmapctl", "-m", "stats"), ok_codes=frozenset(range(256)), timeout=20, changes_state=False)
# 0 quorate, 1 error (not running), 2 not quorate: corosync-quorumtool(8), "EXIT STATUS" (2 since corosync 2.4).
QUORUM = Command(("corosync-quorumtool", "-s"), ok_codes=frozenset(range(256)), timeout=20, changes_state=False)

# The line of the device among the members: node id 0, its votes, and behind the name those that it could have.
_DEVICE = re.compile(r"^\s+0\s+(\d+)\s+Qdevice", re.MULTILINE)
_KEY = re.compile(r"stats\.knet\.node(\d+)\.link(\d+)\.connected \(u8\) = (\d)")


@dataclass(frozen=True, slots=True)
class Link:
    """One ring from this node to a peer."""

    peer: int
    ring: int
    connected: bool


def parse(text: str) -> tuple[Link, ...]:
    """Read `corosync-cmapctl -m stats`; the node's own loopback entry counts as any other and is up."""
    return tuple(Link(int(peer), int(ring), up == "1") for peer, ring, up in _KEY.findall(text))


def device_votes(text: str) -> int:
    """Read `corosync-quorumtool -s`: how many votes the quorum device has there; 0 for none, and for no device."""
    found = _DEVICE.search(text)
    return int(found[1]) if found else 0
