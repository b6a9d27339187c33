"""The program that acts on a host, run for real as hakit runs it, under every Python of this machine."""

from __future__ import annotations

import dataclasses
import grp
import hashlib
import json
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hakit.core import Action, Command, Digest, Get, Put, Remove, SystemClock, wait_until
from hakit.run import remote

PROGRAM = Path(remote.__file__).read_text()
ME = f"{pwd.getpwuid(os.getuid()).pw_name}:{grp.getgrgid(os.getgid()).gr_name}"
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def found(version: str) -> str | None:
    """Find an interpreter of that version: on PATH, or where pyenv keeps them."""
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    kept = sorted(home.glob(f"versions/{version}.*/bin/python3"))
    path = str(kept[-1]) if kept else shutil.which(f"python{version}")
    if path is None:
        return None
    said = subprocess.run((path, "-c", "import sys; print(sys.version)"), capture_output=True, text=True, check=False)
    return path if said.stdout.startswith(f"{version}.") else None


@pytest.fixture(scope="module", params=VERSIONS)
def python(request: pytest.FixtureRequest) -> str:
    path = found(request.param)
    if path is None:
        pytest.skip(f"no Python {request.param} on this machine")
    return path


class Batch:
    """Runs a batch in a new interpreter, and gives what it told, line by line."""

    def __init__(self, python: str) -> None:
        self.python = python

    def __call__(self, *actions: Action, keep_going: bool = False) -> list[dict[str, Any]]:
        done = subprocess.run(
            (self.python, "-I", "-S", "-"),
            input=PROGRAM + self.call(actions, keep_going=keep_going),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    @staticmethod
    def call(actions: Sequence[Action], *, keep_going: bool = False) -> str:
        packed = [
            {"kind": type(action).__name__, **dataclasses.asdict(action), "ok_codes": sorted(action.ok_codes)}
            for action in actions
        ]
        return f"\nmain({json.dumps({'keep_going': keep_going, 'actions': packed})!r})\n"

    def left_alone(self, *actions: Action) -> float:
        """Begin a batch, read none of it, and give the seconds until it has ended."""
        start = time.monotonic()
        with subprocess.Popen(
            (self.python, "-I", "-S", "-"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as run:  # fmt: skip
            assert run.stdin is not None and run.stdout is not None
            run.stdin.write(PROGRAM + self.call(actions))
            run.stdin.close()
            run.stdout.close()
            run.wait(timeout=30)
        return time.monotonic() - start


@pytest.fixture(scope="module")
def batch(python: str) -> Batch:
    return Batch(python)


@pytest.fixture(scope="module")
def here() -> Batch:
    """The tests' own Python, for what is no matter of versions."""
    return Batch(sys.executable)


def script(text: str, **more: Any) -> Command:  # noqa: ANN401 - a Command's own fields
    return Command((sys.executable, "-I", "-S", "-c", text), **more)


def test_a_command_gives_code_and_both_streams(batch: Batch) -> None:
    (said,) = batch(script("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))
    assert (said["code"], said["out"], said["err"], said["timed_out"]) == (3, "out\n", "err\n", False)
    assert 0 < said["seconds"] < 60


def test_it_gets_its_input_a_small_environment_and_the_root_folder(batch: Batch) -> None:
    text = "import os, sys, json; print(json.dumps([sys.stdin.read(), dict(os.environ), os.getcwd()]))"
    (said,) = batch(script(text, stdin="größer\n", env={"MORE": "x"}))
    stdin, env, folder = json.loads(said["out"])
    assert stdin == "größer\n"
    assert folder == "/"
    assert set(env) <= {"PATH", "HOME", "LC_ALL", "MORE", "LC_CTYPE"}
    assert env["LC_ALL"] == "C.UTF-8" and env["MORE"] == "x" and "/usr/sbin" in env["PATH"]


def test_a_missing_program_is_127_as_in_a_shell(batch: Batch) -> None:
    (said,) = batch(Command(("no-such-program", "x")))
    assert (said["code"], said["err"]) == (127, "no-such-program is not installed")


def test_what_is_no_text_is_kept_readable(batch: Batch) -> None:
    (said,) = batch(script(r"import sys; sys.stdout.buffer.write(b'na\xefve \xff\x00 ok')"))
    assert said["out"] == "na\\xefve \\xff\0 ok"


def test_a_deadline_ends_the_whole_group(batch: Batch, tmp_path: Path) -> None:
    child = tmp_path / "child"
    text = (
        "import subprocess, sys, time; print('so far', flush=True);"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(child)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )
    start = time.monotonic()
    (said,) = batch(script(text, timeout=2.0), script("print('not reached')"))
    assert time.monotonic() - start < 30
    assert said["timed_out"] and said["code"] == -1 and said["out"] == "so far\n"
    if child.exists():  # a busy machine may not have come that far
        # Killed is not yet gone on a busy machine: it has to get its turn to die.
        wait_until(
            "it is gone", lambda: _ended(int(child.read_text())), bool, clock=SystemClock(), timeout=10, every=0.1
        )


def _ended(pid: int) -> bool:
    """Say whether the process is gone, or only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_daemon_that_is_left_behind_holds_nothing_up(batch: Batch) -> None:
    text = (
        "import os, sys, time\nprint('up', flush=True)\n"
        "if os.fork() == 0:\n os.setsid()\n time.sleep(8)\n print('late')\n os._exit(0)\n"
    )
    start = time.monotonic()
    (said,) = batch(script(text))
    assert said["out"] == "up\n"
    assert time.monotonic() - start < 7


def test_it_stops_behind_the_first_that_fails(batch: Batch) -> None:
    bad, good = script("raise SystemExit(1)"), script("print('on')")
    assert [said["code"] for said in batch(good, bad, good)] == [0, 1]
    assert [said["code"] for said in batch(good, bad, good, keep_going=True)] == [0, 1, 0]
    fine = script("raise SystemExit(1)", ok_codes=frozenset({0, 1}))
    assert [said["code"] for said in batch(fine, good)] == [1, 0]


def test_put_get_digest_remove(batch: Batch, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "conf"
    put = Put(str(path), "größer\n", mode=0o640, owner=ME)
    said = batch(put, Get(str(path)), Digest(str(path)), Remove(str(path)), Get(str(path)), Remove(str(path)))
    digest = hashlib.sha256("größer\n".encode()).hexdigest()
    assert [each["code"] for each in said] == [0, 0, 0, 0, 2, 0]
    assert said[1]["out"] == "größer\n"
    assert said[2]["out"] == f"{digest} 0640 {ME}"
    assert list(path.parent.iterdir()) == []


def test_every_byte_survives_as_binary(batch: Batch, tmp_path: Path) -> None:
    path, key = tmp_path / "key", bytes(range(256)).decode("latin-1")
    _, got = batch(Put(str(path), key, binary=True, owner=ME), Get(str(path), binary=True))
    assert path.read_bytes() == bytes(range(256))
    assert got["out"] == key


def test_the_old_file_is_kept_or_not(here: Batch, tmp_path: Path) -> None:
    path = tmp_path / "conf"
    here(*(Put(str(path), text, owner=ME) for text in ("one", "two", "three")))
    assert (path.read_text(), (tmp_path / "conf.hakit-old").read_text()) == ("three", "two")
    here(Put(str(path), "four", owner=ME, backup=False))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["conf", "conf.hakit-old"]
    assert (tmp_path / "conf.hakit-old").read_text() == "two"


def test_nothing_is_readable_for_others_even_for_a_moment(here: Batch, tmp_path: Path) -> None:
    """A reader that opened the old file keeps the old text; the new one never had another mode."""
    path = tmp_path / "key"
    path.write_text("old")
    path.chmod(0o644)
    before = path.stat().st_ino
    with path.open() as reader:
        here(Put(str(path), "new", mode=0o400, owner=ME, backup=False))
        assert reader.read() == "old"
    assert path.stat().st_ino != before
    assert path.stat().st_mode & 0o7777 == 0o400


def test_a_link_is_replaced_not_followed(here: Batch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("untouched")
    (tmp_path / "conf").symlink_to("elsewhere")
    (tmp_path / "conf.hakit-new").symlink_to("elsewhere")
    here(Put(str(tmp_path / "conf"), "mine", owner=ME))
    assert (tmp_path / "elsewhere").read_text() == "untouched"
    assert (tmp_path / "conf").read_text() == "mine" and not (tmp_path / "conf").is_symlink()
    assert (tmp_path / "conf.hakit-old").is_symlink()
    here(Remove(str(tmp_path / "conf.hakit-old")))
    assert (tmp_path / "elsewhere").exists()


def test_an_unknown_owner_leaves_the_old_file(here: Batch, tmp_path: Path) -> None:
    path = tmp_path / "conf"
    path.write_text("old")
    (said,) = here(Put(str(path), "new", owner="no-such-user:no-such-group"))
    assert said["code"] == 1 and "no such user or group" in said["err"]
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["conf"], "nothing half-written stays"


def test_what_can_not_be_written_or_read_says_so(here: Batch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (put,) = here(Put(str(tmp_path / "file" / "below"), "x", owner=ME))
    assert put["code"] not in {0, 2} and str(tmp_path / "file") in put["err"]
    (folder,) = here(Get(str(tmp_path)))
    assert folder["code"] == 1
    (target,) = here(Put(str(tmp_path), "x", owner=ME))
    assert target["code"] == 1
    assert tmp_path.is_dir()
    absent = here(Get(str(tmp_path / "none")), Digest(str(tmp_path / "none")), keep_going=True)
    assert [each["code"] for each in absent] == [2, 2]


def test_what_only_looks_ends_when_nobody_waits_for_it_and_what_changes_goes_on(here: Batch, tmp_path: Path) -> None:
    looking = ("sh", "-c", f"sleep 4; touch {tmp_path}/looked")
    changing = ("sh", "-c", f"sleep 4; touch {tmp_path}/changed")
    assert here.left_alone(Command(looking, changes_state=False)) < 4
    assert here.left_alone(Command(changing)) >= 4
    time.sleep(1)  # noqa: TID251 - in which the first would have ended too
    assert [path.name for path in tmp_path.iterdir()] == ["changed"]


def test_a_deadline_holds_for_both(here: Batch) -> None:
    for changes in (False, True):
        (said,) = here(Command(("sleep", "20"), timeout=1.5, changes_state=changes))
        assert said["timed_out"] and said["seconds"] < 10
