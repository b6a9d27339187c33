"""How quality tests call the project's tools and find its files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Name the files that belong to the project, relative to its root."""
    listed = subprocess.run(
        ("git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"),
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = [Path(line) for line in listed.stdout.splitlines()]
    return [path for path in paths if (ROOT / path).is_file()]


@pytest.fixture(scope="session")
def tool() -> Callable[..., str]:
    """Run a tool in the project's root; its whole output comes back, or is what the test fails with."""

    def run(*argv: str) -> str:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            argv, cwd=ROOT, env={**os.environ, "PATH": path, "NO_COLOR": "1"}, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.fail(f"{' '.join(argv[:3])}: exit code {done.returncode}\n{done.stdout}", pytrace=False)
        return done.stdout

    return run
