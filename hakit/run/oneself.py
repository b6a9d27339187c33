"""Who runs this hakit, and where: a name for people, and one by which a later run knows whether it still lives."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

_OWNER = re.compile(r".*, process (\d+) of ([0-9a-f]{12})")
# What tells one place where processes are numbered from another; what can't be read doesn't.
_TRAITS = ("/etc/machine-id", "/proc/sys/kernel/random/boot_id")


def who() -> str:
    """Return USER@HOST; behind sudo, who called it."""
    return f"{os.environ.get('SUDO_USER') or getpass.getuser()}@{os.uname().nodename}"


def owner() -> str:
    """Return this process' name, as the owner of a lock."""
    return f"{who()}, process {os.getpid()} of {_place()}"


def dead(name: str) -> bool:
    """Say whether the process that `owner` named so is known to be dead: only of one that ran here can that be said."""
    found = _OWNER.fullmatch(name)
    return found is not None and found[2] == _place() and not Path("/proc", found[1]).exists()


def _place() -> str:
    traits = [os.uname().nodename]
    with suppress(OSError):
        traits.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    for path in _TRAITS:
        with suppress(OSError):
            traits.append(Path(path).read_text(encoding="ascii").strip())
    return hashlib.sha256(" ".join(traits).encode()).hexdigest()[:12]
