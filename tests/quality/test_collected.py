"""Every test can be collected: a fault in a dear tier's file is not found out an hour later, when its turn comes."""

from __future__ import annotations

import sys
from collections.abc import Callable

Tool = Callable[..., str]
DEAREST = "tests/vm/test_volume_cycles.py::"


def test_every_test_is_collected(tool: Tool) -> None:
    said = tool(sys.executable, "-m", "pytest", "--collect-only", "--quiet", "--all", "tests")
    assert DEAREST in said
