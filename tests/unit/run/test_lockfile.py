"""The program that keeps two changes of one cluster apart, run as a node runs it; and the names of lock owners."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hakit.observe import lock
from hakit.run import lockfile, oneself

PROGRAM = Path(lockfile.__file__).read_text()


def run(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        (sys.executable, "-I", "-S", "-", *words),
        input=PROGRAM,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "hakit" / "lock")


def test_who_has_it_keeps_it_and_others_are_told(path: str) -> None:
    assert run("take", path, "ann", "100") == (0, "")
    code, said = run("take", path, "bob", "100")
    held = json.loads(said)
    assert (code, held["owner"]) == (1, "ann")
    assert 0 < held["seconds"] <= 100
    assert run("take", path, "ann", "200") == (0, ""), "longer"
    assert json.loads(run("take", path, "bob", "1")[1])["seconds"] > 100
    assert run("free", path, "bob")[0] == 1, "nobody gives back what another has"
    assert run("free", path, "ann") == (0, "")
    assert run("take", path, "bob", "100") == (0, "")


def test_it_ends_by_itself_and_goes_to_a_successor(path: str) -> None:
    assert run("take", path, "ann", "0") == (0, "")
    assert run("take", path, "bob", "100") == (0, ""), "ann's has ended"
    assert run("take", path, "eve", "100", "ann")[0] == 1
    assert run("take", path, "eve", "100", "bob") == (0, ""), "bob is known to be dead"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"owner": "ann"}', '{"owner": "", "since": "", "until": 9e9}'])
def test_a_damaged_file_is_nobodys(path: str, text: str) -> None:
    Path(path).parent.mkdir()
    Path(path).write_text(text)
    assert run("free", path, "bob") == (0, "")
    assert run("take", path, "bob", "100") == (0, "")


def test_of_many_at_once_one_gets_it(path: str) -> None:
    asking = [
        subprocess.Popen(
            (sys.executable, "-I", "-S", "-", "take", path, f"owner {number}", "100"),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )
        for number in range(6)
    ]  # fmt: skip
    for each in asking:
        each.communicate(PROGRAM, timeout=120)
    assert sorted(each.returncode for each in asking) == [0, 1, 1, 1, 1, 1]


def test_an_owner_is_known_to_be_dead_only_here() -> None:
    ours = oneself.owner()
    assert oneself.who() in ours and str(os.getpid()) in ours
    assert not oneself.dead(ours)
    ended = subprocess.Popen((sys.executable, "-c", ""))
    ended.wait(timeout=60)
    place = ours.rpartition(" ")[2]
    assert oneself.dead(f"ann@here, process {ended.pid} of {place}")
    assert not oneself.dead(f"ann@there, process {ended.pid} of 0123456789ab")
    assert not oneself.dead("somebody")


def test_the_lock_lies_where_a_boot_ends_it() -> None:
    assert lock.PATH.startswith("/run/")
    assert lock.take("ann").argv[-4:] == (lock.PATH, "ann", str(lock.LASTS), "")
