"""SBD: /etc/default/sbd with what an administrator wrote there besides, the limit of its unit, its device in the CIB."""

from __future__ import annotations

from hakit.model import Cluster, Device, SbdFencing, sbd
from hakit.render.corosync import declared_after


def times(cluster: Cluster, fencing: SbdFencing) -> sbd.Times:
    """Return SBD's times in this cluster."""
    return sbd.times(fencing, declared_after(cluster))


def wait(cluster: Cluster, fencing: SbdFencing) -> int:
    """Return after how many seconds a node counts as reset, once the others have decided it."""
    known = times(cluster, fencing)
    return known.stonith_watchdog or known.msgwait


def device(cluster: Cluster, fencing: SbdFencing) -> Device | None:
    """Return the device by which Pacemaker puts its messages on the disks; None without any, where none is needed."""
    if not fencing.disks:
        return None
    known = times(cluster, fencing)
    parameters = (("devices", ",".join(fencing.disks)), ("power_timeout", str(known.power)))
    return Device(sbd.DEVICE, sbd.AGENT, tuple(node.name for node in cluster.nodes), parameters)


def properties(cluster: Cluster, fencing: SbdFencing) -> dict[str, str]:
    """Return the cluster properties that SBD needs beside those of all fencing."""
    known = times(cluster, fencing)
    alone = {"stonith-watchdog-timeout": f"{known.stonith_watchdog}s"} if known.stonith_watchdog else {}
    return {"stonith-timeout": f"{known.stonith}s", **alone}


def settings(cluster: Cluster, fencing: SbdFencing) -> dict[str, str]:
    """Return what the file has to say; SBD_DEVICE is not there without disks."""
    known = times(cluster, fencing)
    return {
        **({"SBD_DEVICE": ";".join(fencing.disks)} if fencing.disks else {}),
        "SBD_PACEMAKER": "yes",
        "SBD_DELAY_START": str(known.delay_start),
        "SBD_WATCHDOG_DEV": fencing.watchdog,
        "SBD_WATCHDOG_TIMEOUT": str(known.watchdog),
    }


def merged(text: str, cluster: Cluster, fencing: SbdFencing) -> str:
    """Return the file's text with our settings in the place of theirs; all else stays as somebody wrote it."""
    left = settings(cluster, fencing)
    ours = {"SBD_DEVICE", *left}
    lines: list[str] = []
    for line in text.splitlines():
        (name, *_) = sbd.values(line) or ("",)
        if name not in ours:
            lines.append(line)
        elif name in left:
            lines.append(_line(name, left.pop(name)))
    return "".join(f"{line}\n" for line in (*lines, *(_line(name, value) for name, value in left.items())))


def drop_in(cluster: Cluster, fencing: SbdFencing) -> str:
    """Return what lets systemd wait for a start that waits itself."""
    return (
        f"# Made by hakit for the cluster {cluster.name}: sbd waits before it lets Pacemaker start (SBD_DELAY_START).\n"
        f"[Service]\nTimeoutStartSec={times(cluster, fencing).start_limit}\n"
    )


def _line(name: str, value: str) -> str:
    return f'{name}="{value}"'
