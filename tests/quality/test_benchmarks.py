"""What is said of measurements is what was measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

Tool = Callable[..., str]


def test_the_agent_s_report_is_made_of_the_raw_numbers(root: Path, tool: Tool) -> None:
    said = tool(sys.executable, "bench/bench_agent.py", "--only")
    assert said.strip() == (root / "bench/results/agent.md").read_text().strip()
