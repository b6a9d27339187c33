"""The wheel is all one needs: built, installed away from the checkout, and used."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Tool = Callable[..., str]
CARRIED = """
import importlib.resources
agent = importlib.resources.files("hakit.agents").joinpath("quickservice")
templates = [f.name for f in importlib.resources.files("hakit.cib_templates").iterdir() if f.name.endswith(".j2")]
import hakit
print(hakit.__file__, agent.read_text().splitlines()[0], ",".join(sorted(templates)), sep="\\n")
"""


@pytest.fixture(scope="module")
def checkout(root: Path, tracked: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project's files, so that building leaves nothing in the checkout."""
    copy = tmp_path_factory.mktemp("checkout")
    for path in tracked:
        if path.parts[0] not in {"tests", "docs", "bench"}:
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, copy / path)
    return copy


def fresh_venv(folder: Path, tool: Tool) -> Path:
    """Make an empty environment that sees the libraries of this one, behind its own."""
    tool(sys.executable, "-m", "venv", "--without-pip", str(folder))
    site = next((folder / "lib").glob("python3*/site-packages"))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def install(bins: Path, tool: Tool, *what: str) -> None:
    tool(
        sys.executable, "-m", "pip", "--python", str(bins / "python"), "install",
        "--quiet", "--no-deps", "--no-index", "--no-build-isolation", *what,
    )  # fmt: skip


def outside(bins: Path, cwd: Path, *argv: str) -> str:
    done = subprocess.run((str(bins / argv[0]), *argv[1:]), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_list_of_packages_is_the_tree(root: Path, tracked: list[Path]) -> None:
    config = configparser.ConfigParser()
    config.read(root / "setup.cfg")
    mapped = {"agents": "hakit.agents", "cib-templates": "hakit.cib_templates"}
    folders = {path.parent.as_posix() for path in tracked if path.name == "__init__.py" and path.parts[0] != "tests"}
    tree = sorted(mapped.get(folder, folder.replace("/", ".")) for folder in folders)
    assert config["options"]["packages"].split() == tree


def test_every_kind_of_file_is_carried(root: Path, checkout: Path, tmp_path: Path, tool: Tool) -> None:
    tool(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(checkout))
    (wheel,) = tmp_path.glob("hakit-*-py3-none-any.whl")
    bins = fresh_venv(tmp_path / "venv", tool)
    install(bins, tool, str(wheel))

    where, agent, templates = outside(bins, tmp_path, "python", "-I", "-c", CARRIED).splitlines()
    assert Path(where).is_relative_to(tmp_path / "venv")
    assert agent.startswith("#!/")
    assert templates.split(",") == sorted(path.name for path in (root / "cib-templates").glob("*.j2"))

    spec = shutil.copy(root / "examples/squid.yaml", tmp_path)
    cib = outside(bins, tmp_path, "hakit", "render-cib", str(spec))
    assert 'value="192.168.233.200"' in cib
    assert 'type="squid"' in cib


def test_an_editable_install_finds_the_mapped_folders(checkout: Path, tmp_path: Path, tool: Tool) -> None:
    bins = fresh_venv(tmp_path / "venv", tool)
    install(bins, tool, "--editable", str(checkout))
    where, agent, templates = outside(bins, tmp_path, "python", "-I", "-c", CARRIED).splitlines()
    assert Path(where).is_relative_to(checkout)
    assert agent.startswith("#!/")
    assert templates
