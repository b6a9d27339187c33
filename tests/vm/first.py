"""The first process of an island (tests/vm/island.py): `first.py FOLDER` puts its folders in place and keeps a libvirtd.

It runs in network, mount and process namespaces of its own. When it ends the kernel ends all that is in them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Where libvirtd keeps what it has, as root: there it finds the island's own in place of the machine's.
PLACES = ("/etc/libvirt", "/run/libvirt", "/var/cache/libvirt", "/var/lib/libvirt", "/var/log/libvirt")
# root's own, without cgroups, namespaces and labels, which differ from machine to machine.
_QEMU = """\
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
stdio_handler = "file"
"""
_LIBVIRTD = 'auth_unix_ro = "none"\nauth_unix_rw = "none"\n'


def main(folder: Path) -> None:
    """Set up, start libvirtd and bury whoever dies, as the first process must."""
    for place in map(Path, PLACES):
        mine = folder / place.relative_to("/")
        mine.mkdir(parents=True)
        subprocess.run(("mount", "--bind", str(mine), str(place)), check=True, timeout=10)
    # Else it would show the machine's own cards, and the bridges that libvirtd makes would not be there.
    subprocess.run(("mount", "-t", "sysfs", "sysfs", "/sys"), check=True, timeout=10)
    Path("/etc/libvirt/qemu.conf").write_text(_QEMU)
    Path("/etc/libvirt/libvirtd.conf").write_text(_LIBVIRTD)
    subprocess.run(("ip", "link", "set", "lo", "up"), check=True, timeout=10)
    with (folder / "libvirtd.log").open("ab") as log:
        # There is no systemd-machined in here to be told of machines.
        env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/run/libvirt/no-bus"}
        argv = ("libvirtd", "--pid-file", "/run/libvirt/libvirtd.pid")
        subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)
    while True:
        os.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
