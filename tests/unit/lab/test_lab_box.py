"""What a box for Vagrant holds besides the image."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hakit.lab import box, image, qemu, recipe
from hakit.lab.qemu import Accelerator
from tests.unit.lab.test_lab_machines import unpack


def test_the_first_steps_find_all_that_they_ask_for() -> None:
    found = unpack(box.guest())
    assert found["network"][1] == b"", "they read it, and addresses come later"
    assert found["node/root/.ssh/authorized_keys"] == (stat.S_IFREG | 0o600, f"{box.INSECURE}\n".encode())
    assert found["node/root"][0] == found["node/root/.ssh"][0] == stat.S_IFDIR | 0o700
    units = "node/etc/systemd/system"
    wanted = found[f"{units}/multi-user.target.d/hakit-box.conf"][1].decode().partition("Wants=")[2].split()
    assert set(wanted) == {*recipe.MACHINE_UNMASKED, "hakit-box-keys.service"}
    assert f"{units}/hakit-box-keys.service" in found


def test_the_known_key_is_vagrants_own() -> None:
    found = sorted(Path("/usr/share").glob("rubygems-integration/all/gems/vagrant-[0-9]*/keys/vagrant.pub"))
    if not found:
        pytest.skip("needs vagrant")
    assert found[-1].read_text().strip() == box.INSECURE


def test_the_box_says_how_large_its_disk_is() -> None:
    said = json.loads(box.metadata())
    assert said == {"provider": "libvirt", "format": "qcow2", "virtual_size": 6}
    assert said["virtual_size"] << 30 == image.SIZE


@pytest.mark.parametrize(("worked", "driver"), [(Accelerator.KVM, "kvm"), (Accelerator.TCG, "qemu")])
def test_the_machines_are_driven_as_it_worked_where_the_box_was_made(worked: Accelerator, driver: str) -> None:
    text = box.vagrantfile(worked)
    assert f'ENV.fetch("HAKIT_DRIVER", "{driver}")' in text
    assert f'"{qemu.KERNEL}"' in text
    assert "{" not in text
