"""How a running Corosync gets from one way to ping its links to another, with no link taken for down on the way.

An answer to a ping of the old interval must be in time for the new timeout, and the other way round, or all links are
down at once: docs/decisions/0065-the-token-changes-in-steps.md, 0108-links-called-up-sooner.md.
"""

from __future__ import annotations

from dataclasses import replace

from hakit.model import ping_interval, ping_timeout
from hakit.plan.changes.conf import Conf

_INTERVAL, _TIMEOUT, _PONGS = "knet_ping_interval", "knet_ping_timeout", "knet_pong_count"
# How much of a timeout an interval may take: what is left is for the answer's way and a busy node.
_SAFE = 0.8
# Corosync's own (KNET_PONG_COUNT in totemconfig.c).
_DEFAULT_PONGS = 2


def with_token(now: Conf, goal: Conf, token: int) -> Conf:
    """Return `now` with another token timeout, in milliseconds, and its links pinged as fits that one.

    Where `goal` leaves it to Corosync, which derives it from the token, it stays as it is said.
    """
    found = now.with_token(token)
    for number in now.rings & goal.rings:
        if _INTERVAL in goal.links.get(number, {}):
            found = _pinged(found, number, ping_interval(token), ping_timeout(token))
    return found


def bridge(now: Conf, then: Conf) -> Conf | None:
    """Return what is safe between both, where going there at once is not.

    It pings as often as the more eager one, and waits for an answer as long as the more patient one.
    """
    found = now
    for number in now.rings & then.rings:
        (often, patience), (later, other) = _times(now, number), _times(then, number)
        if often > other * _SAFE or later > patience * _SAFE:
            found = _pinged(found, number, min(often, later), max(patience, other))
    return None if found is now else found


def _times(conf: Conf, ring: int) -> tuple[int, int]:
    """Give interval and timeout in milliseconds: those said, or Corosync's (totem_calc_knet_ping_timers in totemconfig.c)."""
    link = conf.links.get(ring, {})
    pongs = int(link.get(_PONGS, 0)) or _DEFAULT_PONGS
    return (
        int(link.get(_INTERVAL, conf.counted_token // (2 * pongs))),
        int(link.get(_TIMEOUT, conf.counted_token // pongs)),
    )


def _pinged(conf: Conf, ring: int, interval: int, timeout: int) -> Conf:
    link = {**conf.links.get(ring, {}), _INTERVAL: str(interval), _TIMEOUT: str(timeout)}
    return replace(conf, links={**conf.links, ring: link})
