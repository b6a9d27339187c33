"""A release that the machine's archive does not have is told by name, and nothing half-built stays."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from hakit.core import Tape
from hakit.lab import rootfs
from hakit.lab.recipe import Release


def test_a_release_that_the_archive_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAKIT_CACHE", str(tmp_path))
    with pytest.raises(rootfs.SuiteMissing, match="archive does not have hamm") as caught:
        rootfs.ensure(cast("Release", "hamm"), Tape())  # left the archive in 1999
    assert "sources.list" in caught.value.hint
    assert [path for path in rootfs.cache().iterdir() if path.suffix != ".lock"] == []
