"""bootstrap, status, switchover and destroy as processes, where no host answers or the spec is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hakit.core import ExitCode

SPEC = Path(__file__).parents[3] / "examples" / "squid.yaml"
COMMANDS = (("bootstrap", "--yes"), ("status",), ("switchover", "squid", "--spec"), ("destroy", "--yes"))
each_command = pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
REFUSED = "ssh: connect to host {host} port 22: Connection refused"


class Hakit:
    """Runs hakit in a folder of its own, with an ssh that nobody answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        self.asked = folder / "asked"
        ssh = folder / "bin" / "ssh"
        ssh.write_text(
            f"#!{sys.executable}\nimport sys\nhost = sys.argv[sys.argv.index('--') + 1]\n"
            f"open({str(self.asked)!r}, 'a').write(host + '\\n')\n"
            f"sys.stderr.write({REFUSED!r}.format(host=host)); sys.exit(255)\n"
        )
        ssh.chmod(0o755)

    def __call__(self, *args: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            (sys.executable, "-m", "hakit", *args),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**env, "XDG_RUNTIME_DIR": str(self.folder)},
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def hakit(tmp_path: Path) -> Hakit:
    return Hakit(tmp_path)


@each_command
def test_where_no_host_answers_every_command_says_so_and_ends_with_4(hakit: Hakit, words: tuple[str, ...]) -> None:
    done = hakit(*words, str(SPEC))
    assert done.returncode == ExitCode.HOST
    assert "nothing listens on its ssh port" in done.stderr
    assert "systemctl enable --now ssh" in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert set(hakit.asked.read_text().split()) == {"qsp-a", "qsp-b"}


def test_a_bootstrap_that_reaches_nobody_names_all_and_changed_nothing(hakit: Hakit) -> None:
    said = hakit("bootstrap", "--yes", str(SPEC)).stderr
    assert said.startswith("hakit: nothing was changed, because:\n")
    assert "qsp-a: nothing listens" in said and "qsp-b: nothing listens" in said


@each_command
def test_a_faulty_spec_asks_no_host(hakit: Hakit, words: tuple[str, ...]) -> None:
    (hakit.folder / "bad.yaml").write_text(SPEC.read_text().replace("unit:", "unti:"))
    done = hakit(*words, "bad.yaml")
    assert done.returncode == ExitCode.SPEC
    assert "bad.yaml:" in done.stderr and "did you mean" in done.stderr
    assert not hakit.asked.exists()


@each_command
def test_the_spec_is_taken_from_here_when_none_is_named(hakit: Hakit, words: tuple[str, ...]) -> None:
    given = tuple(word for word in words if word != "--spec")
    missing = hakit(*given)
    assert missing.returncode == ExitCode.USAGE and "hakit.yaml" in missing.stderr
    shutil.copy(SPEC, hakit.folder / "hakit.yaml")
    assert hakit(*given).returncode == ExitCode.HOST


def test_a_switchover_needs_a_service(hakit: Hakit) -> None:
    assert hakit("switchover").returncode == ExitCode.USAGE
