"""The `hakit` command itself: what it loads, what it lists, and how errors leave it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from hakit import __version__
from hakit.cli.main import COMMANDS, hakit
from hakit.core import ExitCode

BROKEN = """
import click
from hakit.core import ExitCode, HakitError

@click.command()
@click.argument("how")
def broken(how):
    if how == "known":
        raise HakitError("qsp-a: disk is full", hint="make room", code=ExitCode.HOST)
    if how == "bug":
        raise ZeroDivisionError("seven by nought")
    if how == "stopped":
        raise click.exceptions.Abort
    if how == "pipe":
        raise BrokenPipeError
    return {"degraded": ExitCode.DIFFERENT, "fine": None}[how]
"""
CALL = "from hakit.cli import main; main.COMMANDS['broken'] = ('broken', 'x'); main.main()"


def run(*args: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run((sys.executable, *args), capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def broken(tmp_path: Path) -> str:
    (tmp_path / "broken.py").write_text(BROKEN)
    return f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {CALL}"


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("fine", ExitCode.DECLARED, ""),
        ("degraded", ExitCode.DIFFERENT, ""),
        ("known", ExitCode.HOST, "hakit: qsp-a: disk is full\n  try: make room\n"),
        ("stopped", 130, "hakit: stopped; the same command again goes on from here\n"),
        ("pipe", ExitCode.DECLARED, ""),
    ],
)
def test_what_happened_becomes_a_line_and_a_code(broken: str, how: str, code: int, said: str) -> None:
    done = run("-c", broken, "broken", how)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


def test_a_bug_keeps_its_traceback(broken: str) -> None:
    done = run("-c", broken, "broken", "bug")
    assert done.returncode == ExitCode.BUG
    assert "ZeroDivisionError: seven by nought" in done.stderr
    assert done.stderr.endswith("hakit: this is a bug in hakit, please report it with the lines above\n")


@pytest.mark.parametrize("args", [("nonsense",), ("--nonsense",), ("broken",), ("broken", "fine", "more")])
def test_a_wrong_command_line_is_usage(broken: str, args: tuple[str, ...]) -> None:
    done = run("-c", broken, *args)
    assert done.returncode == ExitCode.USAGE
    assert "Error: " in done.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_starting_loads_no_heavy_library(option: str) -> None:
    done = run("-X", "importtime", "-m", "hakit", option)
    assert done.returncode == 0
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert loaded & {"pydantic", "ruamel", "lxml", "rich", "jinja2", "asyncio"} == set()


def test_version() -> None:
    assert run("-m", "hakit", "--version").stdout == f"hakit, version {__version__}\n"


def test_help_lists_every_command_in_order() -> None:
    listed = run("-m", "hakit", "--help").stdout.partition("Commands:\n")[2]
    assert listed.split() == " ".join(f"{name} {text}" for name, (_, text) in COMMANDS.items()).split()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listed_text_is_the_commands_own(name: str) -> None:
    command = hakit.get_command(click.Context(hakit), name)
    assert command is not None
    assert (command.help or "").split("\n\n")[0].replace("\n", " ").strip() == COMMANDS[name][1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    command = hakit.get_command(click.Context(hakit), name)
    assert command is not None
    commands = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    options = [option for one in commands for option in one.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_exit_codes_are_those_of_the_manual() -> None:
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 70]
    assert all(code.meaning for code in ExitCode)
