"""The program that notes on a node, while a drill goes on, whether it has the virtual IP and whether the unit runs.

Started there by `python3 -I -S FILE PLAN` under a transient unit of its own, so that it outlives the way by which it was
started. It stands alone: standard library, Python 3.9. A line is written only when something has changed, and once a second:
`WHEN VIP UNIT`, the time in seconds of the epoch and two digits. It ends by itself.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import socket
import sys
import time
from typing import Any

_PULSE = 1.0  # seconds within which a line is written anyway: what is missing then says that the node was away


def main(plan: str) -> None:
    """Watch as the JSON text `plan` says: `address`, `unit`, `file`, `every` and `seconds`."""
    wanted = json.loads(plan)
    out = os.open(wanted["file"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    end = time.monotonic() + wanted["seconds"]
    last, written = "", 0.0
    while time.monotonic() < end:
        state = "%d %d" % (has(wanted["address"]), runs(wanted["unit"]))
        if state != last or time.monotonic() - written >= _PULSE:
            os.write(out, b"%.4f %s\n" % (time.time(), state.encode()))
            last, written = state, time.monotonic()
        time.sleep(wanted["every"])  # noqa: TID251 - it watches by the clock


def has(address: str) -> bool:
    """Say whether the address is this node's: only then can a socket be bound to it (bind(2), EADDRNOTAVAIL)."""
    if not address:
        return False
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        try:
            line.bind((address, 0))
        except OSError as error:
            return error.errno not in (errno.EADDRNOTAVAIL, errno.EINVAL)
    return True


def runs(unit: str, _found: dict[str, Any] = {}) -> bool:  # noqa: B006 - remembers where the unit's cgroup is
    """Say whether the unit has processes: its cgroup in systemd's own hierarchy names them."""
    for root in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
        path = _found.get(unit) or root + "/system.slice/" + unit
        if not os.path.isdir(path):
            deeper = glob.glob(root + "/system.slice/system-*.slice/" + glob.escape(unit))
            path = deeper[0] if deeper else path
        if populated(path):
            _found[unit] = path
            return True
    _found.pop(unit, None)
    return False


def populated(path: str) -> bool:
    """Say whether the cgroup, or one below it, has processes."""
    try:
        with open(path + "/cgroup.events", encoding="ascii") as file:
            return "populated 1" in file.read()
    except OSError:
        pass
    try:
        with open(path + "/cgroup.procs", encoding="ascii") as file:
            return bool(file.read(1))
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1])
