"""The order of the rooms, and who may start processes or know the terminal (import-linter)."""

from __future__ import annotations

from collections.abc import Callable

Tool = Callable[..., str]


def test_imports_keep_the_layers(tool: Tool) -> None:
    assert "0 broken" in tool("lint-imports", "--no-cache")
