"""What is mounted where, and taking it away without ever deleting through a mount."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from hakit.core.action import Command
from hakit.core.errors import HakitError
from hakit.run import machine

_OCTAL = re.compile(r"\\([0-7]{3})")


def below(place: Path, mountinfo: str | None = None) -> list[Path]:
    """Return the mount points at or below a path, the deepest and latest first (proc_pid_mountinfo(5))."""
    text = Path("/proc/self/mountinfo").read_text() if mountinfo is None else mountinfo
    points = [Path(_OCTAL.sub(lambda m: chr(int(m[1], 8)), line.split()[4])) for line in text.splitlines()]
    return [point for point in reversed(points) if point == place or place in point.parents]


def unmount_below(place: Path) -> None:
    """Unmount all at or below a path; what is busy is detached (its last user is about to go)."""
    for point in below(place.resolve()):
        machine.run(Command(("umount", "--lazy", "--", str(point))))


def remove_tree(place: Path) -> None:
    """Delete a folder tree, but only when nothing is mounted in it any more. Raises HakitError otherwise."""
    unmount_below(place)
    left = below(place.resolve())
    if left:
        raise HakitError(f"{left[0]} can't be unmounted, so {place} is not deleted", hint=f"umount {left[0]}")
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
