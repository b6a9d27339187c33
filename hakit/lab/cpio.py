"""Writing what Linux unpacks at boot: archives in cpio's "newc" format (buffer-format, in the kernel's manual)."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

_MAGIC = "070701"
_LAST = "TRAILER!!!"
_BLOCK = 512


def archive(files: Mapping[str, tuple[bytes, int]], folders: Mapping[str, int] | None = None) -> bytes:
    """Return an archive of files, by their paths without the first slash, each with its bytes and permissions.

    Every folder is in it before what it holds, open to read unless `folders` says other permissions; also those of
    `folders` that hold nothing. The same files give the same bytes: all are root's, of no date. Archives can be put
    one after the other.
    """
    special = folders or {}
    packed = bytearray()
    above = {parent for path in files for parent in PurePosixPath(path).parents} | {*map(PurePosixPath, special)}
    number = 0
    for folder in sorted(map(str, above - {PurePosixPath()})):
        number += 1
        packed += _entry(folder, stat.S_IFDIR | special.get(folder, 0o755), b"", number)
    for path, (data, mode) in sorted(files.items()):
        number += 1
        packed += _entry(path, stat.S_IFREG | mode, data, number)
    packed += _entry(_LAST, 0, b"", 0)
    return bytes(packed.ljust(-(-len(packed) // _BLOCK) * _BLOCK, b"\0"))


def _entry(path: str, mode: int, data: bytes, number: int) -> bytes:
    name = path.encode() + b"\0"
    head = "".join(f"{field:08X}" for field in _fields(mode, number, len(data), len(name)))
    return _padded(f"{_MAGIC}{head}".encode() + name) + _padded(data)


def _fields(mode: int, number: int, size: int, name: int) -> Iterator[int]:
    """Inode, mode, owner, group, links, date, size, device (two numbers, twice), length of the name, checksum."""
    yield from (number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name, 0)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
