"""The kernel that is a program, beside an older C library than its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hakit.core.errors import HakitError
from hakit.core.event import Listener
from hakit.lab import rootfs, usermode
from hakit.lab.lab import DEAF
from hakit.lab.recipe import Release

LOADER = b"/lib64/ld-linux-x86-64.so.2\0"


def unpacked(monkeypatch: pytest.MonkeyPatch, program: bytes) -> None:
    """Have an archive with a kernel."""

    def extract(release: Release, packages: Sequence[str], place: Path, _listener: Listener) -> None:
        assert (release, tuple(packages)) == (Release.TRIXIE, ("user-mode-linux",))
        for path, data in {
            "usr/bin/linux.uml": program,
            "usr/lib/x86_64-linux-gnu/libc.so.6": b"library",
            "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": b"loader",
            "usr/lib/uml/modules/6.12.1/modules.order": b"",
        }.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)

    monkeypatch.setattr(rootfs, "extract", extract)


def test_it_looks_for_its_loader_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(monkeypatch, b"ELF" + LOADER + b"code")
    modules = usermode.add(tmp_path / "packages", tmp_path / "linux.uml", tmp_path / "lib", DEAF)
    assert modules.name == "6.12.1"
    made = (tmp_path / "linux.uml").read_bytes()
    assert made == b"ELF" + b"lib/ld.so".ljust(len(LOADER), b"\0") + b"code"
    assert (tmp_path / "lib/ld.so").read_bytes() == b"loader"
    assert (tmp_path / "lib/libc.so.6").read_bytes() == b"library"


def test_one_that_is_made_otherwise_is_not_changed_blindly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(monkeypatch, b"ELF" + LOADER + LOADER)
    with pytest.raises(HakitError, match="names its loader otherwise"):
        usermode.add(tmp_path / "packages", tmp_path / "linux.uml", tmp_path / "lib", DEAF)
    assert not (tmp_path / "linux.uml").exists()
