"""`hakit render-corosync` and `hakit render-cib` as they are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hakit.cli.main import hakit
from hakit.core import ExitCode, HakitError

CASE = Path(__file__).parents[2] / "cases/render/squid"
FILES = {"render-corosync": "corosync.conf", "render-cib": "cib.xml"}

commands = pytest.mark.parametrize("command", FILES)


def call(*arguments: str) -> bytes:
    return CliRunner().invoke(hakit, arguments, catch_exceptions=False, standalone_mode=False).stdout_bytes


@commands
def test_it_prints_the_file_byte_for_byte(command: str) -> None:
    assert call(command, str(CASE / "spec.yaml")) == (CASE / FILES[command]).read_bytes()


@commands
def test_the_spec_is_hakit_yaml_unless_said(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hakit.yaml").write_bytes((CASE / "spec.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert call(command) == (CASE / FILES[command]).read_bytes()


@commands
def test_it_writes_a_file_in_one_move(command: str, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert call(command, str(CASE / "spec.yaml"), "--output", str(output)) == b""
    assert output.read_bytes() == (CASE / FILES[command]).read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    assert output.stat().st_mode & 0o777 == 0o644


def test_a_file_keeps_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to("real")
    call("render-cib", str(CASE / "spec.yaml"), "--output", str(link))
    assert link.is_symlink()
    assert real.read_bytes() == (CASE / "cib.xml").read_bytes()
    assert real.stat().st_mode & 0o777 == 0o600


def test_a_faulty_spec_leaves_the_file_alone(tmp_path: Path) -> None:
    output, bad = tmp_path / "out", tmp_path / "bad.yaml"
    output.write_text("old")
    bad.write_text("cluster: [")
    with pytest.raises(HakitError) as refused:
        call("render-cib", str(bad), "--output", str(output))
    assert refused.value.code is ExitCode.SPEC
    assert output.read_text() == "old"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HakitError, match="cannot write") as refused:
        call("render-cib", str(CASE / "spec.yaml"), "--output", str(tmp_path / "no/out"))
    assert refused.value.code is ExitCode.USAGE


@pytest.mark.parametrize("way", ["option", "environment"])
def test_templates_of_one_s_own_are_looked_at_first(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "group.xml.j2").write_text('<group id="{{ id }}" description="ours"/>')
    if way == "environment":
        monkeypatch.setenv("HAKIT_TEMPLATES", str(tmp_path))
    said = ("--templates", str(tmp_path)) if way == "option" else ()
    assert b'<group id="squid" description="ours">' in call("render-cib", str(CASE / "spec.yaml"), *said)
