"""What Vagrant is tried in (tests/vm/island.py) has no way out, and nothing of it outlives the test, however that ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.vm import first
from tests.vm.island import MISSING, NEEDS, island

pytestmark = pytest.mark.skipif(bool(MISSING), reason=NEEDS)

# Makes an island, says which processes are in it, as this machine numbers them, and waits to be killed.
HELD = """\
import sys
from pathlib import Path
from tests.vm.island import island
from hakit.lab import processes
with island(Path(sys.argv[1]), {}) as place:
    print(*processes.networked([place.network]), flush=True)
    sys.stdin.read()
"""


def test_there_is_no_way_out_and_afterwards_nothing_is_left(tmp_path: Path) -> None:
    before = {place for place in first.PLACES if Path(place).exists()}
    with island(tmp_path, {}) as place:
        links = json.loads(place.must("ip", "-json", "link", "show", timeout=10))
        assert [link["ifname"] for link in links] == ["lo"]
        assert place.must("ip", "route", "show", "table", "all", "type", "unicast", timeout=10) == ""
        assert place.must("virsh", "--connect=qemu:///system", "list", "--all", "--name", timeout=30).split() == []
        inode = place.network.stat().st_ino
        assert inode != Path("/proc/self/ns/net").stat().st_ino
    assert inode not in [space.stat().st_ino for space in Path("/proc").glob("[0-9]*/ns/net") if space.exists()]
    assert {place for place in first.PLACES if Path(place).exists()} == before


def test_it_ends_with_a_test_that_is_killed(tmp_path: Path) -> None:
    missing = [Path(place) for place in first.PLACES if not Path(place).exists()]
    argv = (sys.executable, "-c", HELD, str(tmp_path))
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as test:
        assert test.stdout
        inside = [Path("/proc", pid) for pid in test.stdout.readline().split()]
        assert len(inside) > 1, "the first process, and libvirtd"
        test.kill()
    end = time.monotonic() + 20
    while left := [process for process in inside if process.exists()]:
        assert time.monotonic() < end, left
        time.sleep(0.1)  # noqa: TID251 - a test's own wait
    for place in missing:
        place.rmdir()  # mount points that it made; there was nobody left to take them away
