"""What the schema describes and hakit doesn't do yet: refused aloud, never ignored. One line leaves with each feature."""

from __future__ import annotations

LATER: tuple[tuple[str, ...], ...] = ()
"""Paths of the keys; `*` stands for any name."""

LATER_VALUES: tuple[tuple[tuple[str, ...], str], ...] = ()
"""Single values that are refused, where the key itself is fine."""
