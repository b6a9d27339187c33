"""The watcher on a node: whose address it is, and whether a cgroup has processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hakit.run import nodewatch


@pytest.mark.enable_socket
def test_whose_address_it_is() -> None:
    assert nodewatch.has("127.0.0.1")
    assert not nodewatch.has("192.0.2.77")  # TEST-NET-1, RFC 5737: nobody's
    assert not nodewatch.has("")


def test_processes_by_either_generation_of_cgroups(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").write_text("12\n")
    assert nodewatch.populated(str(tmp_path))
    (tmp_path / "cgroup.events").write_text("populated 0\nfrozen 0\n")
    assert not nodewatch.populated(str(tmp_path))
    assert not nodewatch.populated(str(tmp_path / "absent"))


@pytest.mark.enable_socket
def test_what_it_writes(tmp_path: Path) -> None:
    plan = {
        "address": "127.0.0.1",
        "unit": "no-such.service",
        "file": str(tmp_path / "seen"),
        "every": 0.01,
        "seconds": 0.1,
    }
    nodewatch.main(json.dumps(plan))
    first, *_ = (tmp_path / "seen").read_text().splitlines()
    assert first.split()[1:] == ["1", "0"]
    assert float(first.split()[0]) > 1e9
