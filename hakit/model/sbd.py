"""SBD: the files it is set up by, the words in them, and every number that follows from the watchdog's timeout."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.model.fencing import SbdFencing

UNIT = "sbd.service"
# Debian's place for what sbd(8) calls its sysconfig file; Pacemaker's unit reads it as well.
FILE = "/etc/default/sbd"
# sbd.service is a forking unit: the wait at its start counts against systemd's limit (sbd's own template says so).
DROP_IN = "/etc/systemd/system/sbd.service.d/hakit.conf"
AGENT = "fence_sbd"
DEVICE = "fencing-sbd"
"""The fencing device's id in the CIB."""

# Pacemaker's own stonith-timeout; less would be of no use.
_LEAST_STONITH = 60
# What systemd gives a unit for its start (systemd-system.conf(5), DefaultTimeoutStartSec).
_SYSTEMDS = 90
# Without disks, sbd feeds the watchdog as long as somebody said within this time that the node has quorum: timeout_io and
# timeout_loop of sbd(8), -I and -3.
_UNHEARD = 3 + 1
# What an agent needs beside the wait for its message.
_AGENTS = 10
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, all of them from one timeout, so that they can't contradict each other.

    `watchdog` resets a node that doesn't feed it. After `msgwait` a message on a disk counts as delivered: the node has
    read it, or its watchdog has bitten. After `stonith_watchdog` a node that has lost quorum counts as reset (0 with
    disks: there the message says it). `stonith` is what Pacemaker gives the whole of it, `power` what the agent gives the
    message. A node that starts waits for `delay_start`, so that it isn't back before the others know it to be fenced;
    `start_limit` is systemd's limit for that.
    """

    watchdog: int
    msgwait: int
    stonith: int
    stonith_watchdog: int
    power: int
    delay_start: int
    start_limit: int


def times(fencing: SbdFencing, declared_after: int) -> Times:
    """Work them out; `declared_after` is how many milliseconds Corosync needs to call a silent node lost.

    sbd(8): msgwait twice the watchdog's timeout, stonith-timeout at least twice msgwait. Of a cut one side may hear later
    than the other, by as much as Corosync needs: without disks the side that goes on waits for that as well, and for the time
    in which the other's sbd doesn't see it yet.
    """
    declared = -(-declared_after // _MILLISECONDS)
    msgwait = 2 * fencing.timeout
    alone = 0 if fencing.disks else max(msgwait, fencing.timeout + _UNHEARD + declared)
    known = alone or msgwait
    return Times(
        watchdog=fencing.timeout,
        msgwait=msgwait,
        stonith=max(_LEAST_STONITH, 2 * known + declared),
        stonith_watchdog=alone,
        power=msgwait + _AGENTS,
        delay_start=known,
        start_limit=known + _SYSTEMDS,
    )


def values(text: str) -> dict[str, str]:
    """Read the file as systemd does (systemd.exec(5), EnvironmentFile): one assignment a line, of several the last."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, sign, value = line.strip().partition("=")
        if sign and not name.startswith(("#", ";")):
            found[name.strip()] = _bare(value.strip())
    return found


def disks(text: str) -> tuple[str, ...]:
    """Name the disks of the file."""
    return tuple(disk for each in values(text).get("SBD_DEVICE", "").split(";") if (disk := each.strip()))


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
