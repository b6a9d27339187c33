"""A program that writes to a volume, and what it was told to be on the disk."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from hakit.lab.lab import Lab

# Writes numbered lines, each of which is on the disk before its number is said. On a volume that is nearly full a write may be
# done in part (write(2)); such a line is not said.
_WRITER = """\
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_EXCL)
for number in range(10**9):
    line = b"%d\\n" % number
    if os.write(file, line) < len(line):
        break
    os.fsync(file)
    print(number, flush=True)
"""
# Says for each file the checksum of its first so many lines.
_SUMS = """\
import hashlib, itertools, sys
for name, count in zip(sys.argv[1::2], sys.argv[2::2]):
    with open(name, "rb") as file:
        print(hashlib.sha256(b"".join(itertools.islice(file, int(count)))).hexdigest())
"""


@contextmanager
def writing(lab: Lab, node: str, file: str, count: int, written: dict[str, int]) -> Iterator[None]:
    """Let it write a new file on a node; once `count` lines are there, go on. At the end `written` has how many it called written."""
    argv = lab.node_argv(node, ("python3", "-c", _WRITER, file))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as writer:
        assert writer.stdout
        said = "".join(writer.stdout.readline() for _ in range(count))
        try:
            yield
        finally:
            writer.kill()
            said += writer.stdout.read()
    assert said.count("\n") >= count
    written[file] = said.count("\n")


def lost(on: Callable[..., str], node: str, written: Mapping[str, int]) -> list[str]:
    """Name the files in which a line is missing, or is another, that was acknowledged; `on` runs a command on a node."""
    words = [word for name, count in written.items() for word in (name, str(count))]
    sums = dict(zip(written, on(node, "python3", "-c", _SUMS, *words).split(), strict=False))
    return [name for name, count in written.items() if sums.get(name) != _sum(count)]


def _sum(count: int) -> str:
    return hashlib.sha256("".join(f"{number}\n" for number in range(count)).encode()).hexdigest()
