"""What is said of measurements is what was measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

Tool = Callable[..., str]


def test_the_agent_s_report_is_made_of_the_raw_numbers(root: Path, tool: Tool) -> None:
    said = tool(sys.executable, "bench/bench_agent.py", "--only")
    assert said.strip() == (root / "bench/results/agent.md").read_text().strip()


def test_the_page_of_growth_is_made_of_the_raw_numbers(root: Path, tool: Tool) -> None:
    said = tool(sys.executable, "bench/bench_scale.py", "--report")
    assert said.strip() == (root / "bench/results/scale.md").read_text().strip()


def test_the_page_of_volumes_is_made_of_the_raw_numbers(root: Path, tool: Tool) -> None:
    said = tool(sys.executable, "bench/bench_volume.py", "--report")
    assert said.strip() == (root / "bench/results/volume.md").read_text().strip()


def test_the_page_of_stale_sides_is_made_of_the_raw_numbers(root: Path, tool: Tool) -> None:
    said = tool(sys.executable, "bench/bench_resync.py", "--report")
    assert said.strip() == (root / "bench/results/resync.md").read_text().strip()


def test_the_page_of_endurance_is_made_of_the_runs(root: Path, tool: Tool) -> None:
    said = tool(sys.executable, "bench/soak.py", "--report")
    assert said.strip() == (root / "bench/results/soak.md").read_text().strip()


def test_the_failover_page_is_made_of_the_raw_numbers(tool: Tool, tmp_path: Path) -> None:
    def result(setup: str, fault: str, seconds: float, *, back: bool = True, error: str = "") -> dict[str, object]:
        return {"setup": setup, "fault": fault, "seconds": seconds, "back": back, "error": error}

    raw = {
        "machine": "2 cores", "release": "bookworm", "every": 0.05, "unfit": {"hakit-hot-fast": "not supported yet"}, "cost": None,
        "began": "2026-11-26 18:57", "again": {"hung": "2026-11-27 02:52"},
        "results": [
            *(result("stock", "killed", seconds) for seconds in (50.0, 52.0, 54.0)),
            *(result("hakit-cold-normal", "killed", seconds) for seconds in (1.04, 0.5, 2.0)),
            result("stock", "hung", 28.0, back=False),
            result("hakit-cold-normal", "hung", 5.0),
            result("hakit-cold-normal", "power", 0.0, back=False, error="the node did not boot"),
        ],
    }  # fmt: skip
    (tmp_path / "failover.json").write_text(json.dumps(raw))
    page = tool(sys.executable, "bench/bench_failover.py", "--report", "--output", str(tmp_path))
    assert "every 50 ms. Begun 2026-11-26 18:57 UTC." in page
    assert "The row “service hung” was measured again, all setups in turn: begun 2026-11-27 02:52 UTC." in page
    assert "| service killed | 52.00 (54.00, n=3) | 1.04 (2.00, n=3) |" in page
    assert "| service hung | > 30 (> 30, n=1) | 5.00 (5.00, n=1) |" in page
    assert "| node power lost | – | – |" in page
    assert "| service killed | hakit-cold-normal | 1 | 1.04 | no |" in page
    assert "| service killed | hakit-cold-normal | 0.02 | – | – |" in page
    assert "| service hung | hakit-cold-normal | not within 30 s | – | – |" in page
    assert "- hakit-hot-fast: left out: not supported yet" in page
    assert "- hakit-cold-normal, power: not measured: the node did not boot" in page
