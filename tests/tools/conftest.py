"""The real tools of each Debian release, run in the release's cached root file system, which stays untouched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hakit.core import Tape
from hakit.lab import rootfs

# The outer two are for `--all`: everybody's minutes are better spent elsewhere.
RELEASES = (
    "bookworm",
    "trixie",
    *(pytest.param(name, marks=pytest.mark.only_all(name)) for name in ("bullseye", "testing")),
)


@dataclass(frozen=True)
class Tools:
    """Runs a release's programs. `files` is their working folder, /mnt to them; what they leave there stays.

    `layer` is a folder that is laid over the root.
    """

    release: str
    root: Path
    scratch: Path
    files: Path
    layer: Path | None = None

    def run(self, *argv: str, files: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        for name, text in (files or {}).items():
            (self.files / name).write_text(text)
        enter = (sys.executable, str(Path(__file__).with_name("enter.py")))
        return subprocess.run(
            (
                "unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "--propagation", "private", "--",
                *enter, self._lower(), str(self.scratch), str(self.files), *argv,
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip

    def _lower(self) -> str:
        return f"{self.layer}:{self.root}" if self.layer else str(self.root)


@pytest.fixture(scope="session")
def roots() -> Callable[[str], Path]:
    """Give the root file system of a release, built when it isn't there yet; once per session."""
    known: dict[str, Path] = {}

    def root(release: str) -> Path:
        if release not in known:
            known[release] = rootfs.ensure(rootfs.Release(release), Tape())
        return known[release]

    return root


@pytest.fixture(params=RELEASES)
def tools(request: pytest.FixtureRequest, roots: Callable[[str], Path], tmp_path: Path) -> Tools:
    scratch, files = tmp_path / "scratch", tmp_path / "files"
    scratch.mkdir()
    files.mkdir()
    return Tools(request.param, roots(request.param), scratch, files)
