"""The quick look: what bash answers without Python is what Python would have answered."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

AGENT = Path(__file__).parents[3] / "agents/quickservice"
OK, GENERIC, DOWN, DEGRADED = 0, 1, 7, 190
DROP_IN = "/run/systemd/system/a.service.d/zz-hakit-quickservice.conf"
# `show` is asked by the full look only, `is-active` by the quick one only.
SYSTEMCTL = """#!/bin/bash
here=${0%/*}
echo "$*" >> "$here/calls"
read -r state < "$here/state"
[[ $state == hangs && $* == is-active* ]] && exec sleep 30
if [[ $1 == is-active ]]; then echo "$state"; [[ $state == @(active|reloading|refreshing) ]]; exit; fi
printf '%s\\n' LoadState=loaded "ActiveState=${state/hangs/active}" "MainPID=$(< "$here/pid")" Id=a.service DropInPaths=DROP_IN
"""


class Box:
    """The agent as Pacemaker runs it, by its first line, with a systemctl that the test plays."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        (folder / "systemctl").write_text(SYSTEMCTL.replace("DROP_IN", DROP_IN))
        (folder / "systemctl").chmod(0o755)
        (folder / "state").write_text("active\n")
        (folder / "pid").write_text(f"{process.pid}\n")
        self.env = {"OCF_RESKEY_unit": "a", "OCF_RESKEY_watch": "0", "OCF_RESKEY_CRM_meta_interval": "10000"}
        self.env |= {
            "OCF_RESKEY_CRM_meta_timeout": "20000",
            "OCF_RESOURCE_INSTANCE": "web",
            "OCF_RA_VERSION_MINOR": "1",
        }
        self.env |= {"PATH": f"{folder}:{os.environ['PATH']}", "HA_RSCTMP": str(folder), "LC_ALL": "C"}

    def play(self, state: str) -> None:
        (self.folder / "state").write_text(state + "\n")

    def look(self, action: str = "monitor", **env: str) -> tuple[int, bool]:
        """Return the exit code, and whether the look was a full one."""
        (self.folder / "calls").write_text("")
        argv = (str(AGENT), action)
        done = subprocess.run(argv, env=self.env | env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr, done.stderr
        return done.returncode, "show" in (self.folder / "calls").read_text()


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A main process."""
    begun = subprocess.Popen(("sleep", "600"))
    yield begun
    begun.kill()
    begun.wait()


@pytest.fixture
def box(tmp_path: Path, process: subprocess.Popen[bytes]) -> Box:
    return Box(tmp_path, process)


FULL, QUICK = (OK, True), (OK, False)


def test_the_first_look_is_full_and_the_next_are_quick(box: Box) -> None:
    assert [box.look(), box.look(), box.look()] == [FULL, QUICK, QUICK]


@pytest.mark.parametrize("state", ["reloading", "refreshing"])
def test_what_counts_as_running_does_so_in_a_quick_look(box: Box, state: str) -> None:
    assert box.look() == FULL
    box.play(state)
    assert box.look() == QUICK


@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_bad_news_comes_from_a_full_look(box: Box, state: str) -> None:
    assert box.look() == FULL
    box.play(state)
    assert box.look() == (DOWN, True)
    box.play("active")
    assert [box.look(), box.look()] == [FULL, QUICK], "the note went with the bad news"


def test_a_systemd_that_takes_its_time_is_asked_again_by_a_full_look(box: Box) -> None:
    assert box.look() == FULL
    box.play("hangs")
    assert box.look() == FULL


def test_another_main_process_is_looked_at_in_full(box: Box) -> None:
    assert box.look() == FULL
    with subprocess.Popen(("sleep", "600")) as other:
        (box.folder / "pid").write_text(f"{other.pid}\n")
        assert [box.look(), box.look()] == [QUICK, QUICK], "the old one is alive"
        note = box.folder / "quickservice/web,quick"
        note.write_text(note.read_text().replace(f"\n{note.read_text().splitlines()[1]}\n", f"\n{other.pid} 1\n"))
        assert [box.look(), box.look()] == [FULL, QUICK]
        other.kill()
        other.wait()
        assert box.look()[1], "a dead one is no reason for a quick yes"


@pytest.mark.parametrize(
    "changed",
    [
        {"OCF_RESKEY_unit": "b"},
        {"OCF_RESKEY_probe_failures": "2"},
        {"OCF_CHECK_LEVEL": "10"},
        {"OCF_RESKEY_CRM_meta_interval": "5000"},
        {"OCF_RESKEY_watch": "0s"},
        {"OCF_RESKEY_probe_http": "http://127.0.0.1:1/"},
    ],
    ids=str,
)
def test_another_request_gets_a_full_look(box: Box, changed: dict[str, str]) -> None:
    assert box.look() == FULL
    assert box.look(**changed)[1]


@pytest.mark.parametrize(
    "env",
    [
        {"OCF_RESKEY_watch": ""},
        {"OCF_RESKEY_probe_timeout": "500ms", "OCF_RESKEY_probe_tcp": "PORT"},
        {"OCF_RESKEY_CRM_meta_timeout": "5000"},
        {"OCF_RESKEY_CRM_meta_interval": "0"},
        {"OCF_RESKEY_monitor_unit": "no"},
        {"OCF_RESKEY_probe_unix": "/run/none"},
        {"OCF_RESKEY_probe_command": "/bin/true"},
        {"OCF_RESKEY_probe_failures": "bad"},
        {"OCF_RESKEY_probe_http_text": "two\nlines"},
    ],
    ids=str,
)
def test_what_bash_can_not_judge_is_never_left_to_it(box: Box, env: dict[str, str]) -> None:
    for _ in range(2):
        box.look(**env)
        assert not list(box.folder.glob("quickservice/*,quick"))


@pytest.mark.enable_socket
@pytest.mark.parametrize("host", ["", "127.0.0.1:", "localhost:"])
def test_the_port_is_really_connected_to(box: Box, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        env = {"OCF_RESKEY_probe_tcp": f"{host}{server.getsockname()[1]}"}
        assert box.look(**env) == FULL
        # On a busy machine a connection may take the second after which Python looks again.
        assert QUICK in (box.look(**env) for _ in range(10))
        server.settimeout(10)
        for _ in range(2):
            server.accept()[0].close()
    assert box.look(**env) == (DEGRADED, True)
    assert box.look(**env) == (DEGRADED, True), "while it fails, each look is full: failures are counted"
    assert box.look(**env) == (GENERIC, True)


@pytest.mark.parametrize("action", ["reload-agent", "monitor"])
def test_every_other_action_takes_the_note_away(box: Box, action: str) -> None:
    assert box.look() == FULL
    box.play("inactive")
    box.look(action, OCF_RESKEY_CRM_meta_interval="0")
    assert not list(box.folder.glob("quickservice/*,quick"))


def test_a_file_that_changed_is_compiled_anew(tmp_path: Path) -> None:
    copy = tmp_path / "quickservice"
    for version in ("0.2", "7.7"):
        copy.write_text(AGENT.read_text().replace('VERSION = "0.2"', f'VERSION = "{version}"'))
        copy.chmod(0o755)
        os.utime(copy, (float(version), float(version)))
        for _ in range(2):
            said = subprocess.run((str(copy), "meta-data"), capture_output=True, text=True, check=True).stdout
            assert f'name="quickservice" version="{version}"' in said
