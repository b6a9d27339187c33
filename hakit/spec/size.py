"""Sizes as people write them: `20 GiB`."""

from __future__ import annotations

import re

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
"""What a unit stands for, in bytes."""

_SIZE = re.compile(r"([1-9][0-9]{0,8}) ?([A-Za-z]+)")


def parts(text: str) -> tuple[int, str] | None:
    """Split a size into its number and its unit, which may be unknown; None for anything else."""
    match = _SIZE.fullmatch(text)
    return (int(match[1]), match[2]) if match else None


def read(text: str) -> int:
    """Return the bytes. Raises ValueError."""
    found = parts(text)
    if found is None or found[1] not in UNITS:
        raise ValueError(text)
    return found[0] * UNITS[found[1]]


def written(size: int) -> str:
    """Write so many bytes, whole KiB of them, in the largest unit that fits. Raises ValueError."""
    for unit, value in reversed(UNITS.items()):
        if size and not size % value:
            return f"{size // value} {unit}"
    raise ValueError(size)
