"""The Vagrantfile is one that Vagrant accepts, for both providers; where Vagrant isn't installed this is skipped aloud."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "vagrant"

pytestmark = pytest.mark.skipif(
    shutil.which("vagrant") is None, reason="needs vagrant (apt-get install vagrant vagrant-libvirt)"
)


def vagrant(*argv: str, provider: str, file: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Vagrant with a home of its own, and with a stand-in for VirtualBox, which Debian doesn't carry."""
    stand_in = home / "bin/VBoxManage"
    stand_in.parent.mkdir(exist_ok=True)
    stand_in.write_text("#!/bin/sh\necho 7.0.20r163906\n")
    stand_in.chmod(0o755)
    env = {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_DEFAULT_PROVIDER": provider,
        "VAGRANT_DOTFILE_PATH": str(home / "dot"),
        "VAGRANT_HOME": str(home / "home"),
        "VAGRANT_NO_COLOR": "1",
    }
    return subprocess.run(
        ("vagrant", *argv), cwd=file.parent, env=env | {"VAGRANT_VAGRANTFILE": file.name},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("provider", ["libvirt", "virtualbox"])
def test_the_vagrantfile_is_valid(tmp_path: Path, provider: str) -> None:
    done = vagrant("validate", provider=provider, file=FOLDER / "Vagrantfile", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("provider", ["libvirt", "virtualbox"])
def test_a_misspelt_setting_would_be_found(tmp_path: Path, provider: str) -> None:
    """Otherwise the test above would prove little."""
    wrong = tmp_path / "Vagrantfile"
    wrong.write_text((FOLDER / "Vagrantfile").read_text().replace(f"{provider}.memory", f"{provider}.memroy"))
    (tmp_path / "provision.sh").write_text("")
    done = vagrant("validate", provider=provider, file=wrong, home=tmp_path)
    assert done.returncode != 0
    assert "memroy" in done.stdout + done.stderr


def test_the_machines_are_those_of_the_scenario(tmp_path: Path) -> None:
    done = vagrant("status", "--machine-readable", provider="virtualbox", file=FOLDER / "Vagrantfile", home=tmp_path)
    names = {line.split(",")[1] for line in done.stdout.splitlines() if line.count(",") > 1}
    assert names - {""} == {"qsp-a", "qsp-b", "client"}


def test_the_provisioning_is_a_clean_shell_script() -> None:
    assert subprocess.run(("sh", "-n", str(FOLDER / "provision.sh")), check=False).returncode == 0
