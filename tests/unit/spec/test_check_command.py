"""`hakit check` and `hakit schema`, run as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hakit.cli.check import check
from hakit.cli.schema import schema
from hakit.spec import json_schema

ROOT = Path(__file__).parents[3]
SQUID = ROOT / "examples" / "squid.yaml"
BAD = ROOT / "tests" / "cases" / "faults" / "unknown-keys" / "spec.yaml"


def hakit(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run((sys.executable, "-m", "hakit", *args), cwd=cwd, capture_output=True, text=True, check=False)


def test_no_faults() -> None:
    done = hakit("check", "examples/squid.yaml")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "examples/squid.yaml: 2 nodes, 2 rings, 1 service: no faults\n"


def test_faults_go_to_stdout_and_the_count_to_stderr() -> None:
    done = hakit("check", str(BAD))
    assert done.returncode == 3
    assert [line.split(":")[1:4] for line in done.stdout.splitlines()] == [
        ["2", "1", " servces"],
        ["5", "12", " nodes.qsp-a.colour"],
        ["9", "3", " fencing.nnone"],
        ["15", "5", " services.squid.timeout"],
    ]
    assert "did you mean 'services'?" in done.stdout
    assert done.stderr == f"{BAD}: 4 faults\n"


def test_json() -> None:
    runner = CliRunner()
    done = runner.invoke(check, [str(BAD), "--json"], standalone_mode=False)
    assert done.return_value == 3
    first = json.loads(done.stdout)[0]
    assert list(first) == ["code", "severity", "file", "line", "column", "path", "text", "remedy"]
    assert [first[key] for key in ("code", "severity", "file", "line", "column", "path")] == [
        "HK110", "error", str(BAD), 2, 1, "servces",
    ]  # fmt: skip
    good = runner.invoke(check, [str(SQUID), "--json"], standalone_mode=False)
    assert (good.return_value, json.loads(good.stdout)) == (0, [])


def test_the_default_file(tmp_path: Path) -> None:
    done = hakit("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "hakit.yaml" in done.stderr
    assert "hakit init HOST HOST" in done.stderr
    (tmp_path / "hakit.yaml").write_text(SQUID.read_text())
    assert hakit("check", cwd=tmp_path).returncode == 0


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    done = hakit("check", "none.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "none.yaml:1:1: No such file or directory\n")


def test_the_schema_is_printed_whole() -> None:
    assert json.loads(CliRunner().invoke(schema).stdout) == json_schema()


@pytest.mark.parametrize("module", ["pydantic", "ruamel.yaml", "lxml"])
def test_help_loads_no_library_that_is_slow(module: str) -> None:
    code = f"import sys; from hakit.cli.main import hakit; hakit(['--help'], standalone_mode=False); print({module!r} in sys.modules)"
    done = subprocess.run((sys.executable, "-c", code), cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
