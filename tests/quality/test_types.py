"""Every function says what it takes and returns, and keeps its word (mypy, strict)."""

from __future__ import annotations

from collections.abc import Callable

Tool = Callable[..., str]


def test_hakit_is_typed(tool: Tool) -> None:
    assert tool("mypy").startswith("Success: ")
