"""Rules, format, spelling and size of every file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Tool = Callable[..., str]
LONGEST = 400
# An agent is copied to hosts and runs there without hakit, so it has to be a single file.
SINGLE = {"agents/quickservice", "agents/alert", "agents/pathguard"}


def test_rules(tool: Tool) -> None:
    assert tool("ruff", "check", "--no-cache", ".") == "All checks passed!\n"


def test_format(tool: Tool) -> None:
    assert "already formatted" in tool("ruff", "format", "--no-cache", "--check", ".")


def test_spelling(tool: Tool, tracked: list[Path]) -> None:
    prose = [str(path) for path in tracked if path.suffix in {".py", ".md", ".sh", ".j2", ".cfg", ".toml", ".yaml", ""}]
    assert tool("codespell", *prose) == ""


def test_no_file_is_longer_than_one_can_read(root: Path, tracked: list[Path]) -> None:
    written = [path for path in tracked if path.suffix in {".py", ".j2", ".sh"} or path.parent.name == "agents"]
    lengths = {str(path): len((root / path).read_text().splitlines()) for path in written}
    assert len(lengths) > 10
    assert {name: length for name, length in lengths.items() if length > LONGEST and name not in SINGLE} == {}


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME", "X" + "XX"])
def test_nothing_is_left_for_later_in_the_code(root: Path, tracked: list[Path], mark: str) -> None:
    code = [path for path in tracked if path.suffix in {".py", ".j2", ".sh"} or path.parent.name in {"agents", ".ci"}]
    assert [str(path) for path in code if mark in (root / path).read_text()] == []


def test_shell_scripts(tool: Tool, root: Path, tracked: list[Path]) -> None:
    """Nothing but the project's own few scripts and an agent is shell."""
    scripts = [path for path in tracked if (root / path).read_bytes().startswith((b"#!/bin/bash", b"#!/bin/sh"))]
    assert Path(".ci/run") in scripts
    for script in scripts:
        assert tool("shellcheck", str(script)) == ""
