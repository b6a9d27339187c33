"""What Tab offers, asked of real shells; without one of them its tests are skipped aloud."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hakit.cli import catalogue
from hakit.cli.completion import script
from hakit.cli.main import COMMANDS, hakit

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
# Each asks the shell itself what it offers behind the words `$1`, and prints a line for each.
BASH = """
eval "$(cat hakit.bash)"
COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]}))
[[ $1 == *" " ]] || COMP_CWORD=$((COMP_CWORD - 1))
complete -p hakit > /dev/null || exit 1
_hakit_completion hakit
printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh offers only to a terminal; what click's function hands to zsh's own functions is printed in their place.
ZSH = """
compdef() { : }
_describe() { print -l -- ${${(P)3}%%:*} }
compadd() { print -l -- ${(P)@[-1]} }
source ./hakit.zsh
words=(${=1}); [[ $1 == *" " ]] && words+=("")
CURRENT=$#words
_hakit_completion
"""
FISH = """
source hakit.fish
complete --do-complete $argv[1] | string split --fields 1 \\t
"""
SHELLS = {
    "bash": ("bash", "--norc", "-c", BASH, "bash"),
    "zsh": ("zsh", "-f", "-c", ZSH, "zsh"),
    "fish": ("fish", "--no-config", "-c", FISH),
}


@pytest.fixture(params=sorted(SHELLS))
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on this machine: what it completes is not tried")
    return name


def offered(shell: str, words: str, folder: Path) -> list[str]:
    (folder / f"hakit.{shell}").write_text(script(shell) + "\n")
    done = subprocess.run(
        (*SHELLS[shell], words), cwd=folder, capture_output=True, text=True, check=False, timeout=300,
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb"},
    )  # fmt: skip
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_a_shell_offers_commands_and_names_of_the_spec(shell: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples/hierarchy.yaml", tmp_path / "hakit.yaml")
    shutil.copy(ROOT / "examples/squid.yaml", tmp_path / "other.yaml")
    assert sorted(offered(shell, "hakit s", tmp_path)) == sorted(name for name in COMMANDS if name.startswith("s"))
    assert sorted(offered(shell, "hakit switchover ", tmp_path)) == ["database", "reports", "web"]
    assert sorted(offered(shell, "hakit switchover web --to ", tmp_path)) == ["shop-a", "shop-b", "shop-c"]
    assert sorted(offered(shell, "hakit standby --spec other.yaml q", tmp_path)) == ["qsp-a", "qsp-b"]


def answered(words: list[str], folder: Path) -> list[str]:
    """Ask hakit as bash does."""
    done = subprocess.run(
        (str(BIN / "hakit"),), cwd=folder, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "_HAKIT_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)},
    )  # fmt: skip
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("spec", ["", "services: [", "services: 3\nnodes: { 1: 2 }", "- a", "\udcff"])
def test_a_spec_that_says_nothing_offers_nothing_and_is_no_error(spec: str, tmp_path: Path) -> None:
    (tmp_path / "hakit.yaml").write_bytes(spec.encode("utf-8", "surrogateescape"))
    assert answered(["hakit", "switchover", ""], tmp_path) == []
    assert answered(["hakit", "standby", "--spec", "nowhere.yaml", ""], tmp_path) == []
    assert answered(["hakit", "lab", "shell", "--dir", str(tmp_path), ""], tmp_path) == []


def test_codes_and_releases(tmp_path: Path) -> None:
    codes = answered(["hakit", "explain", "hk"], tmp_path)
    assert codes == [one.code for one in catalogue.explanations()]
    assert answered(["hakit", "lab", "up", "--release", "b"], tmp_path) == ["bullseye", "bookworm"]


def test_the_schema_library_is_not_loaded_for_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples/squid.yaml", tmp_path / "hakit.yaml")
    program = "import sys; from hakit.cli.main import hakit\ntry: hakit.main(prog_name='hakit')\nexcept SystemExit: pass\nprint('pydantic' in sys.modules)"
    words = {"COMP_WORDS": "hakit standby q", "COMP_CWORD": "2", "_HAKIT_COMPLETE": "bash_complete"}
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=tmp_path, env={**os.environ, **words}, capture_output=True, text=True,
        check=True, timeout=300,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["plain,qsp-a", "plain,qsp-b", "False"]


def test_everything_that_is_a_service_or_a_node_is_completed() -> None:
    """An argument that comes later is not forgotten."""
    found = set()
    for name in COMMANDS:
        command = hakit.get_command(click.Context(hakit), name)
        assert command
        for param in command.params:
            if param.metavar in {"NODE", "SERVICE"} or param.name in {"service", "node"}:
                found.add((name, param.name))
                assert param._custom_shell_complete is not None, (name, param.name)  # noqa: SLF001 - click tells it nowhere else
    assert len(found) >= 8


def test_it_is_installed_where_the_shell_looks(tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    for name, place in (
        ("bash", ".local/share/bash-completion/completions/hakit"),
        ("fish", ".config/fish/completions/hakit.fish"),
        ("zsh", ".local/share/zsh/site-functions/_hakit"),
    ):
        subprocess.run(
            (str(BIN / "hakit"), "completion", name, "--install"), env=env, check=True, timeout=300, capture_output=True
        )
        assert (tmp_path / place).read_text() == script(name) + "\n"
