"""The program that looks at what a volume is made from: the ends of devices, directories that shall lie on it, and its space.

Sent to `python3 -I -S -` on a host, followed by a call of `main`. It stands alone: standard library, Python 3.9. It writes nothing.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

_END = (
    1 << 20
)  # bytes at either end: there are a file system's superblock, a partition table, RAID's and DRBD's metadata


def main(plan: str) -> None:
    """Look as the JSON text `plan` says (`devices`, `places` and `mounts` are paths), and print what was found as one line of JSON.

    Of a device, whether both ends are zeros (None: it can't be read); of a place that is there, its kind (`link`, `directory`,
    `other`), where a link leads, and of a directory the bytes of its files, and when the newest was written (Unix time). Of what is mounted, its bytes, and those that are left to write.
    """
    wanted: dict[str, list[str]] = json.loads(plan)
    places = {path: found for path in wanted["places"] if (found := place(path))}
    spaces = {path: space(path) for path in wanted["mounts"] if Path(path).is_mount()}
    found = {"devices": {path: zeros(path) for path in wanted["devices"]}, "places": places, "spaces": spaces}
    sys.stdout.write(json.dumps(found) + "\n")


def zeros(path: str) -> bool | None:
    """Say whether the first and the last mebibyte are zeros; None when that can't be seen."""
    try:
        with Path(path).open("rb", buffering=0) as device:
            size = device.seek(0, os.SEEK_END)
            return all(_blank(device, start, min(_END, size)) for start in (0, max(0, size - _END)))
    except OSError:
        return None


def _blank(device: io.FileIO, start: int, left: int) -> bool:
    device.seek(start)
    while left:
        part = device.read(left)
        if not part or part.count(0) != len(part):
            return False
        left -= len(part)
    return True


def place(name: str) -> dict[str, Any] | None:
    """Say what is there; None for nothing."""
    path = Path(name)
    if path.is_symlink():
        return {"kind": "link", "target": str(path.readlink())}
    if not path.exists():
        return None
    if not path.is_dir():
        return {"kind": "other"}
    size, newest = 0, 0.0
    for folder, _, names in os.walk(name):
        for each in names:
            try:
                file = Path(folder, each).lstat()
            except OSError:
                continue  # gone since
            size, newest = size + file.st_size, max(newest, file.st_mtime)
    return {"kind": "directory", "size": size, "newest": newest, "mounted": path.is_mount()}


def space(path: str) -> tuple[int, int]:
    """Say how many bytes the file system has for files, and how many are left for who is not root."""
    found = os.statvfs(path)
    return (found.f_blocks - found.f_bfree + found.f_bavail) * found.f_frsize, found.f_bavail * found.f_frsize
