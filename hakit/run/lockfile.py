"""A program of its own for a cluster node: who may change the cluster, until when.

`lockfile.py take PATH OWNER SECONDS [PREDECESSOR]` gives OWNER the lock for so long, also when OWNER or PREDECESSOR has
it already; `free PATH OWNER` gives it back. Where somebody else has it: exit code 1, and a line of JSON that says who,
since when, and how many seconds it holds at most. Standard library only, for Python 3.9 and later.

Times are of CLOCK_BOOTTIME, which nobody sets; the file lies below /run, so that it ends with the boot. Two that ask
at once are kept apart by flock(2) on the file's folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from typing import Any

TAKEN = 1


def main(verb: str, path: str, owner: str, seconds: str = "0", predecessor: str = "") -> int:
    """Do it, and return the exit code."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    above = os.open(folder, os.O_RDONLY)
    fcntl.flock(above, fcntl.LOCK_EX)  # let go of at the end of the process, however that comes
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    held = read(path, now)
    if held and held["owner"] not in (owner, predecessor):
        left = {"owner": held["owner"], "since": held["since"], "seconds": round(held["until"] - now, 1)}
        sys.stdout.write(json.dumps(left) + "\n")
        return TAKEN
    if verb == "free":
        if held and held["owner"] == owner:
            os.unlink(path)
        return 0
    since = held["since"] if held and held["owner"] == owner else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    write(path, {"owner": owner, "since": since, "until": now + float(seconds)})
    return 0


def read(path: str, now: float) -> dict[str, Any] | None:
    """Return what the file says, None when nobody has the lock any more. A file that can't be read is nobody's."""
    try:
        with open(path, encoding="utf-8") as file:
            held: dict[str, Any] = json.load(file)
        return held if float(held["until"]) > now and held["owner"] and held["since"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(path: str, held: dict[str, Any]) -> None:
    """Replace the file in one move."""
    new = path + ".hakit-new"
    with open(new, "w", encoding="utf-8") as file:
        json.dump(held, file)
    os.replace(new, path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
