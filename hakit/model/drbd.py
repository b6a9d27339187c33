"""The two generations of DRBD's kernel module, whose configuration files differ."""

from __future__ import annotations

from enum import StrEnum


class Generation(StrEnum):
    """Which module the nodes' kernel has: 8.4, as Debian's kernels do, or 9."""

    EIGHT = "8.4"
    NINE = "9"
