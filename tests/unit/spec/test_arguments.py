"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hakit.cli import arguments
from hakit.core.errors import ExitCode, HakitError


@click.command()
@arguments.spec_option
@arguments.json_option
@arguments.yes_option
@arguments.ssh_config_option
def probe(spec: Path, ssh_config: Path | None, *, as_json: bool, yes: bool) -> tuple[Path, Path | None, bool, bool]:
    return spec, ssh_config, as_json, yes


@click.command()
@arguments.spec_argument
def positional(spec: Path) -> Path:
    return spec


def test_everything_said(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.touch()
    args = ["--spec", "a.yaml", "--json", "--yes", "--ssh-config", str(config)]
    done = CliRunner().invoke(probe, args, standalone_mode=False)
    assert done.return_value == (Path("a.yaml"), config, True, True)


def test_the_ssh_config_from_the_environment(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.touch()
    done = CliRunner(env={"HAKIT_SSH_CONFIG": str(config)}).invoke(probe, ["--spec", "a"], standalone_mode=False)
    assert done.return_value == (Path("a"), config, False, False)


@pytest.mark.parametrize("command", [probe, positional])
def test_the_default_file(command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, [], standalone_mode=False)
    assert isinstance(done.exception, HakitError)
    assert done.exception.code is ExitCode.USAGE
    assert "hakit init" in done.exception.hint
    (tmp_path / "hakit.yaml").touch()
    assert CliRunner().invoke(command, [], standalone_mode=False).exception is None


def test_help_works_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(positional, ["--help"]).exit_code == 0
