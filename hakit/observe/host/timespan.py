"""Time spans as systemd prints them."""

from __future__ import annotations

import math

# systemd.time(7), the forms that `systemctl show` prints.
_UNITS = {
    "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0,
    "d": 86400.0, "w": 604800.0, "month": 2629800.0, "y": 31557600.0,
}  # fmt: skip


def seconds(text: str) -> float:
    """Read a span like `1min 30s` or `infinity`. Raises ValueError for anything else; empty is infinity."""
    if text in {"", "infinity"}:
        return math.inf
    total = 0.0
    for word in text.split():
        unit = word.lstrip("0123456789.")
        if unit not in _UNITS and word != "0":
            raise ValueError(f"not a time span: {text!r}")
        total += float(word.removesuffix(unit)) * _UNITS.get(unit, 1.0)
    return total
