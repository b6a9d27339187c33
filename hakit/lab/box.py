"""The image of `hakit lab up --vm` as a box for Vagrant with libvirt: the same disk, kernel and first steps.

What vagrant-libvirt wants of a box: https://vagrant-libvirt.github.io/vagrant-libvirt/boxes.html; what Vagrant itself
does: https://developer.hashicorp.com/vagrant/docs/boxes/base.
"""

from __future__ import annotations

import json
import tarfile
import time
from pathlib import Path

from hakit.core.action import Command
from hakit.core.event import Listener, StepDone, StepStarted
from hakit.lab import accelerator, cpio, image, mounts, qemu, rootfs
from hakit.lab.machines import Machines
from hakit.lab.qemu import Accelerator
from hakit.lab.recipe import Release
from hakit.run import machine

_TITLE = "box for Vagrant"
# The key that every new machine of Vagrant's has and that its first `vagrant up` replaces (keys/vagrant.pub there).
INSECURE = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o"
    "9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIh"
    "yfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHln"
    "VYCzRdK8jlqm8tehUc9c9WhQ== vagrant insecure public key"
)
# Laid over the disk before the first boot. Drop-ins and units only, no links: an archive of ours has none.
_GUEST = {
    "etc/hostname": "hakit-box\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost\n",
    # Vagrant finds a machine by the address that libvirt leases to its first card; the other cards it configures itself.
    "etc/systemd/network/10-eth0.network": "[Match]\nName=eth0\n[Network]\nDHCP=ipv4\nKeepConfiguration=dhcp-on-stop\n",
    "etc/systemd/system/multi-user.target.d/hakit-box.conf": (
        "[Unit]\nWants=systemd-networkd.service hakit-box-keys.service\n"
    ),
    "etc/systemd/system/hakit-box-keys.service": """\
[Unit]
Description=Host keys of this machine's own
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key
""",
}
# `root` logs in, for hakit wants root; there is no sudo. Emulated machines take their time over everything.
_VAGRANTFILE = """\
Vagrant.configure("2") do |config|
  config.vm.guest = :debian
  config.vm.boot_timeout = 600
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.username = "root"
  config.ssh.sudo_command = "%c"
  config.ssh.connect_timeout = 60
  config.vm.provider :libvirt do |libvirt|
    libvirt.driver = ENV.fetch("HAKIT_DRIVER", "{driver}")
    libvirt.cpu_mode = libvirt.driver == "kvm" ? "host-passthrough" : "maximum"
    libvirt.kernel = File.join(__dir__, "kernel")
    libvirt.initrd = File.join(__dir__, "initrd")
    libvirt.cmd_line = "{cmd_line}"
    libvirt.graphics_type = "none"
  end
end
"""


def make(release: Release, output: Path, listener: Listener) -> None:
    """Write the box, making the image first if need be; a file that is there is replaced. Raises HakitError."""
    rootfs.need_root()
    Machines().need()
    base = image.ensure(release, listener)
    listener.hear(StepStarted(_TITLE, release))
    start = time.monotonic()
    half = output.with_name(f"{output.name}.building")
    mounts.remove_tree(half)
    try:
        half.mkdir()
        disk = ("-f", "raw", "-O", "qcow2", str(image.root(base)), str(half / "box.img"))
        machine.must(Command(("qemu-img", "convert", *disk), timeout=600))
        (half / "initrd").write_bytes(image.first_steps(base).read_bytes() + guest())
        (half / "metadata.json").write_text(metadata())
        (half / "Vagrantfile").write_text(vagrantfile(accelerator.choose(base)))
        parts = {"kernel": image.kernel(base)}
        with tarfile.open(half / "box", "w") as box:
            for name in ("metadata.json", "Vagrantfile", "kernel", "initrd", "box.img"):
                box.add(parts.get(name, half / name), name, filter=_anybodys)
        (half / "box").replace(output)
    finally:
        mounts.remove_tree(half)
    listener.hear(StepDone(_TITLE, release, time.monotonic() - start, ok=True))


def guest() -> bytes:
    """Return the archive that makes a machine one of Vagrant's: addresses by DHCP, root's door open to the known key."""
    files = {f"node/{path}": (text.encode(), 0o644) for path, text in _GUEST.items()}
    key = {"node/root/.ssh/authorized_keys": (f"{INSECURE}\n".encode(), 0o600)}
    # The first steps take addresses from `network`; here they come later.
    return cpio.archive({"network": (b"", 0o644), **files, **key}, {"node/root": 0o700, "node/root/.ssh": 0o700})


def metadata() -> str:
    """Return what the box says of itself; the size is in GB."""
    return json.dumps({"provider": "libvirt", "format": "qcow2", "virtual_size": image.SIZE >> 30}) + "\n"


def vagrantfile(driver: Accelerator) -> str:
    """Return the settings that go with the box; `driver` is what runs whole machines where it was made: libvirt has no other."""
    name = {Accelerator.KVM: "kvm", Accelerator.TCG: "qemu"}[driver]
    return _VAGRANTFILE.replace("{driver}", name).replace("{cmd_line}", qemu.KERNEL)


def _anybodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made it, and when."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
