"""A lab comes and goes whole: nothing is left of it, however its `up` ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.core import SystemClock, Tape, wait_until
from hakit.core.event import Note
from hakit.lab import layout, network, rootfs
from hakit.lab.lab import Lab
from hakit.lab.layout import Layout
from hakit.lab.recipe import Release
from tests.cluster.traces import is_there, locks_of_nspawn, traces

HAKIT = (sys.executable, "-m", "hakit", "lab")
RELEASE = Release(os.environ.get("HAKIT_TEST_RELEASES", "bookworm").replace(",", " ").split()[0])


@pytest.fixture
def place() -> Iterator[Layout]:
    """The name and folder of a lab that is not there, before and after."""
    where = layout.layout(f"test-life-{os.getpid()}")
    Lab.down(where.name)
    yield where
    Lab.down(where.name)
    assert traces(where) == set()


def start_up(place: Layout, *more: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*HAKIT, "up", f"--name={place.name}", f"--release={RELEASE}", *more],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
    )


def down(place: Layout, *more: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    words = [*HAKIT, "down", f"--name={place.name}", *more]
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(env or {})},
    )


def test_down_leaves_nothing(place: Layout) -> None:
    with start_up(place) as child:
        out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    assert out.startswith(f"export HAKIT_SSH_CONFIG={place.ssh_config}\n")
    assert len(traces(place)) > 10, "the trace finder finds what there is"
    locks = locks_of_nspawn(place)
    assert len(locks) == 2, "and so is the finder of locks"
    gone = down(place)
    assert gone.returncode == 0, gone.stderr
    assert traces(place) == set()
    assert [lock for lock, inode in locks.items() if is_there(lock, inode)] == []
    assert "there is no lab" in down(place).stderr


@pytest.mark.parametrize("step", ["keys and networks", "origin server", "power on"])
def test_killed_up_is_cleaned_up(place: Layout, step: str) -> None:
    with start_up(place) as child:
        for line in child.stderr or ():
            if step in line:
                break
        child.kill()
        child.communicate(timeout=20)
    assert child.returncode == -signal.SIGKILL
    assert traces(place)
    gone = down(place)
    assert gone.returncode == 0, gone.stderr
    assert traces(place) == set()


def test_up_after_a_killed_up(place: Layout) -> None:
    with start_up(place) as child:
        for line in child.stderr or ():
            if "power on" in line:
                break
        child.kill()
        child.communicate(timeout=20)
    lab = Lab.up(place.name, Tape(), release=RELEASE, nodes=1)
    assert [node.name for node in lab.nodes] == ["qsp-a"]
    assert lab.healthy()
    assert network.namespaces(place) == [place.namespace, place.unit("qsp-a")]


def test_two_ups_at_once_make_one_lab(place: Layout) -> None:
    with start_up(place, "--nodes=1") as one, start_up(place, "--nodes=1") as other:
        said = one.communicate(timeout=300)[1] + other.communicate(timeout=300)[1]
    assert (one.returncode, other.returncode) == (0, 0), said
    assert said.count("waiting") == 1
    assert said.count("nothing to do") == 1


def test_a_second_lab_is_not_touched_by_the_firsts_down(place: Layout) -> None:
    other = layout.layout(f"{place.name}-b")
    try:
        lab = Lab.up(other.name, Tape(), release=RELEASE, nodes=1)
        Lab.up(place.name, Tape(), release=RELEASE, nodes=1)
        assert down(place).returncode == 0
        assert traces(place) - traces(other) == set()
        assert lab.healthy()
    finally:
        Lab.down(other.name)
    assert traces(other) == set()


def test_a_lab_is_repaired_after_the_machine_lost_its_namespaces(place: Layout) -> None:
    lab = Lab.up(place.name, Tape(), release=RELEASE, nodes=1)
    lab.power_off("qsp-a")
    network.remove(place)  # as after a reboot of the machine, but for the mounts
    tape = Tape()
    again = Lab.up(place.name, tape)
    assert again.healthy()
    assert any("repairing" in event.text for event in tape.events if isinstance(event, Note))


def test_a_killed_build_leaves_no_process_and_no_half_root(place: Layout, tmp_path: Path) -> None:
    env = {"HAKIT_CACHE": str(tmp_path)}
    clock = SystemClock()

    def building() -> bool:
        return any(tmp_path.glob("rootfs/*.building/usr"))

    def builders() -> list[str]:
        said = (folder / "cmdline" for folder in Path("/proc").glob("[0-9]*"))
        return [str(path) for path in said if _mentions(path, str(tmp_path))]

    with start_up(place, env=env) as child:
        wait_until("mmdebstrap unpacks", building, bool, clock=clock, timeout=120, every=0.1, in_a_row=1)
        assert builders()
        child.kill()
        child.communicate(timeout=20)
    wait_until("the build is gone", builders, lambda left: not left, clock=clock, timeout=10, every=0.1)
    assert down(place, env=env).returncode == 0
    assert not list(tmp_path.glob("rootfs/*.building"))
    assert not list(tmp_path.glob("rootfs/*/etc")), "a half-built root is never taken for a whole one"
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


def test_a_cache_that_is_only_lent_is_left_alone(place: Layout, tmp_path: Path) -> None:
    """As in a container with the machine's cache, on which a root is being made meanwhile."""
    own, lent = tmp_path / "own", tmp_path / "lent"
    half = own / "rootfs/bookworm-0.building"
    half.mkdir(parents=True)
    lent.mkdir()
    subprocess.run(("mount", "--bind", "-o", "ro", str(own), str(lent)), check=True)
    try:
        assert "there is no lab" in down(place, env={"HAKIT_CACHE": str(lent)}).stderr
    finally:
        subprocess.run(("umount", str(lent)), check=True)
    assert half.is_dir()
    assert down(place, env={"HAKIT_CACHE": str(own)}).returncode == 0
    assert not half.exists(), "whose cache it is deletes it"


def test_the_root_of_all_nodes_is_kept() -> None:
    assert (rootfs.path(RELEASE) / "usr/sbin/corosync").exists()


def _mentions(path: Path, word: str) -> bool:
    try:
        return word in path.read_text()
    except OSError:
        return False
