from __future__ import annotations

import threading
from pathlib import Path

from hakit.core import Tape
from hakit.core.event import Note
from hakit.lab import locks, mounts, processes


def test_the_second_waits_and_says_so(tmp_path: Path) -> None:
    order: list[str] = []
    tape = Tape()

    def second() -> None:
        with locks.held(tmp_path, tape, "the lab x"):
            order.append("second")

    with locks.held(tmp_path, Tape(), "the lab x"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert [type(event) for event in tape.events] == [Note]


def test_a_lock_on_a_folder_that_went_away_is_told(tmp_path: Path) -> None:
    place = tmp_path / "lab"
    place.mkdir()
    with locks.held(place, Tape(), "x") as same:
        assert same()
        place.rmdir()
        assert not same()
        place.mkdir()
        assert not same()


def test_a_free_lock_is_taken_and_a_held_one_left(tmp_path: Path) -> None:
    file = tmp_path / "x.lock"
    with locks.tried(file) as mine, locks.tried(file) as again:
        assert mine
        assert not again


def test_a_tree_is_removed_and_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tree = tmp_path / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "link").symlink_to(outside)
    mounts.remove_tree(tree)
    assert not tree.exists()
    assert outside.is_dir()
    mounts.remove_tree(tree)


def test_members_of_a_cgroup_are_found_below_it(tmp_path: Path) -> None:
    (tmp_path / "payload" / "deep").mkdir(parents=True)
    (tmp_path / "cgroup.procs").write_text("0\n")
    (tmp_path / "payload" / "deep" / "cgroup.procs").write_text("7\n8\n")
    assert processes.members([tmp_path, tmp_path / "gone"]) == {7, 8}


def test_our_own_network_is_nobodys_lab() -> None:
    assert processes.networked([Path("/proc/self/ns/net")]) == set()
    assert processes.networked([Path("/nowhere")]) == set()
