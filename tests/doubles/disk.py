"""A host's files: what `Put`, `cp`, `mv`, `rm` and their like do, one small effect after the other.

Before each effect `tick` is called; it may raise, and then things stay half-done, as after a power cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from hakit.core import Put

DEBIAN_FOLDERS = (
    "/etc/corosync",
    "/etc/default",
    "/etc/pacemaker",
    "/etc/systemd/system",
    "/usr/lib/ocf/resource.d",
    "/var/lib",
    "/var/lib/pacemaker/cib",
    "/var/lib/pcsd",
)


@dataclass(frozen=True)
class File:
    """A regular file."""

    content: str
    mode: int = 0o644
    owner: str = "root:root"

    @property
    def digest(self) -> str:
        data = self.content.encode("utf-8", "surrogateescape")
        return f"{hashlib.sha256(data).hexdigest()} {self.mode:04o} {self.owner}"


class Disk:
    """Files and folders by their absolute paths."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self.files: dict[str, File] = {}
        self.folders: set[str] = set()
        for folder in DEBIAN_FOLDERS:
            self.folders |= {str(above) for above in (PurePosixPath(folder), *PurePosixPath(folder).parents)}

    def write(self, path: str, file: File) -> None:
        self._tick()
        assert str(PurePosixPath(path).parent) in self.folders, f"no folder for {path}"
        self.files[path] = file

    def put(self, action: Put) -> None:
        """Do what `hakit.run.remote` does."""
        self.make_folder(str(PurePosixPath(action.path).parent))
        new = f"{action.path}.hakit-new"
        self.write(new, File(str(action.content), action.mode, action.owner))
        if action.backup and action.path in self.files:
            self.write(f"{action.path}.hakit-old", self.files[action.path])
        self.move(new, action.path)

    def make_folder(self, path: str) -> None:
        for folder in (*reversed(PurePosixPath(path).parents), PurePosixPath(path)):
            if str(folder) not in self.folders:
                self._tick()
                self.folders.add(str(folder))

    def move(self, source: str, target: str) -> None:
        self._tick()
        self.files[target] = self.files.pop(source)

    def copy(self, source: str, target: str) -> None:
        self.make_folder(str(PurePosixPath(target).parent))
        self.write(target, self.files[source])

    def remove(self, path: str) -> None:
        """Remove a file; fine when there is none."""
        if path in self.files:
            self._tick()
            del self.files[path]

    def remove_tree(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it, deepest first."""
        inside = f"{path}/"
        for name in sorted((n for n in self.files if n == path or n.startswith(inside)), reverse=True):
            self.remove(name)
        for name in sorted((n for n in self.folders if n == path or n.startswith(inside)), reverse=True):
            self._tick()
            self.folders.discard(name)

    def remove_folder(self, path: str) -> bool:
        """Remove an empty folder; say whether it was there. One that isn't empty stays."""
        if path not in self.folders:
            return False
        if not any(name.startswith(f"{path}/") for name in (*self.files, *self.folders)):
            self._tick()
            self.folders.discard(path)
        return True
