"""One word for how fast a failure is noticed, and the consistent set of numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass

# Milliseconds that Pacemaker waits before it acts on something new. docs/decisions/0048-a-tenth-of-a-second.md
TRANSITION_DELAY = 100
# Seconds that the metadata of the agents for addresses and of DRBD's advise for what is quick.
ADVISED = 20


@dataclass(frozen=True, slots=True)
class Timing:
    """Corosync's totem timers in milliseconds, Pacemaker's intervals and limits in seconds.

    A dead node is declared after `token` + `consensus` (corosync.conf(5)); how often knet pings a link follows from
    `token` (`ping_interval`, `ping_timeout`).
    `probe_timeout` and `guard_timeout` (seconds) are the defaults of a service's probe and of a guard; `guard_settle` (milliseconds) is how long one node's word waits for the others'.
    `operation_timeout` (seconds) is for what is done to a VIP, and for looks at a volume: what the agents' metadata advises, or more;
    fencing devices get a minute at least.
    """

    profile: str
    token: int
    consensus: int
    unit_interval: int
    vip_interval: int
    probe_interval: int
    probe_timeout: int
    guard_timeout: int
    guard_settle: int
    operation_timeout: int = ADVISED
    failure_timeout: int = 600
    migration_threshold: int = 3


PROFILES: dict[str, Timing] = {
    "fast": Timing(
        "fast", token=1000, consensus=500, unit_interval=2, vip_interval=5,
        probe_interval=1, probe_timeout=1, guard_timeout=1, guard_settle=500,
    ),
    "normal": Timing(
        "normal", token=1700, consensus=300, unit_interval=5, vip_interval=10,
        probe_interval=1, probe_timeout=1, guard_timeout=1, guard_settle=1000,
    ),
    "relaxed": Timing(
        "relaxed", token=10000, consensus=12000, unit_interval=30, vip_interval=30,
        probe_interval=10, probe_timeout=5, guard_timeout=5, guard_settle=2000, operation_timeout=60,
    ),
}  # fmt: skip
"""The consensus is that of two nodes, for which less than the token is safe (corosync.conf(5)); three and more get what
they need (hakit.render.corosync). Why these numbers: docs/decisions/0043-timing.md, 0108-links-called-up-sooner.md."""

# That of a cluster whose spec says none.
PROFILE = "normal"

# pcs 0.12 refuses less for knet_ping_interval, in milliseconds.
_LEAST_PING = 200
# Answers to pings until a link that was down counts as up again: with Corosync's default, 2, a node that stood still is not heard for an interval longer.
PONG_COUNT = 1


def ping_interval(token: int) -> int:
    """Return how often a link is pinged, in milliseconds like `token` (corosync.conf(5), knet_ping_interval)."""
    return max(_LEAST_PING, token // 10)


def ping_timeout(token: int) -> int:
    """Return after how long without an answer a link counts as down, in milliseconds like `token` (knet_ping_timeout).

    Half of it, as Corosync has it: what was lost on this link is then sent over another one before the token is missed.
    """
    return token // 2
