"""The Vagrantfile is one that Vagrant accepts, for both providers; where Vagrant isn't installed this is skipped aloud.

That its machines come up and make a cluster is shown by tests/vm/test_vagrant.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hakit.lab import box
from hakit.lab.qemu import Accelerator

FOLDER = Path(__file__).parents[2] / "vagrant"

# `make test` installs it where Debian has it; the list of what was skipped, at the end of each run, has this line.
needs_vagrant = pytest.mark.skipif(
    shutil.which("vagrant") is None,
    reason="`vagrant validate` was NOT run: needs vagrant (apt-get install vagrant vagrant-libvirt)",
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


@needs_vagrant
@pytest.mark.parametrize("provider", ["libvirt", "virtualbox"])
def test_the_vagrantfile_is_valid(tmp_path: Path, provider: str) -> None:
    done = vagrant("validate", provider=provider, file=FOLDER / "Vagrantfile", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@needs_vagrant
@pytest.mark.parametrize("provider", ["libvirt", "virtualbox"])
def test_a_misspelt_setting_would_be_found(tmp_path: Path, provider: str) -> None:
    """Otherwise the test above would prove little."""
    (tmp_path / "vagrant").mkdir()
    wrong = tmp_path / "vagrant/Vagrantfile"
    wrong.write_text((FOLDER / "Vagrantfile").read_text().replace(f"{provider}.memory", f"{provider}.memroy"))
    for beside in ("vagrant/provision.sh", "hakit/lab/origin.py"):
        (tmp_path / beside).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / beside).write_text("")
    done = vagrant("validate", provider=provider, file=wrong, home=tmp_path)
    assert done.returncode != 0
    assert "memroy" in done.stdout + done.stderr


@needs_vagrant
@pytest.mark.parametrize("driver", [Accelerator.KVM, Accelerator.TCG])
def test_the_boxs_own_settings_are_valid(tmp_path: Path, driver: Accelerator) -> None:
    file = tmp_path / "Vagrantfile"
    file.write_text(box.vagrantfile(driver) + 'Vagrant.configure("2") { |config| config.vm.box = "hakit" }\n')
    done = vagrant("validate", provider="libvirt", file=file, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    file.write_text(file.read_text().replace("cmd_line", "cmd_lien"))
    assert "cmd_lien" in vagrant("validate", provider="libvirt", file=file, home=tmp_path).stderr


@needs_vagrant
def test_the_machines_are_those_of_the_scenario(tmp_path: Path) -> None:
    done = vagrant("status", "--machine-readable", provider="virtualbox", file=FOLDER / "Vagrantfile", home=tmp_path)
    names = {line.split(",")[1] for line in done.stdout.splitlines() if line.count(",") > 1}
    assert names - {""} == {"qsp-a", "qsp-b", "client"}


def test_the_provisioning_is_a_clean_shell_script() -> None:
    assert subprocess.run(("sh", "-n", str(FOLDER / "provision.sh")), check=False).returncode == 0
