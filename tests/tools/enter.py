"""Run a command in a Debian root file system that stays untouched.

Called as `enter.py ROOT SCRATCH FILES COMMAND …` (ROOT may be several folders, the upper ones first, as overlayfs has them) and started under unshare(1) with namespaces of its own for mounts, processes, host name and network: all that is mounted here,
and all that the command starts or writes outside FILES (/mnt inside), is gone when it ends.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

NODE = "qsp-a"


def mount(*argv: str) -> None:
    subprocess.run(("mount", *argv), check=True, stdin=subprocess.DEVNULL)


def main(root: str, scratch: str, files: str, *command: str) -> None:
    mount("-t", "tmpfs", "hakit-tools", scratch)
    upper, work, inside = (Path(scratch) / name for name in ("upper", "work", "inside"))
    for folder in (upper, work, inside):
        folder.mkdir()
    mount("-t", "overlay", "hakit-tools", "-o", f"lowerdir={root},upperdir={upper},workdir={work}", str(inside))
    mount("--bind", files, str(inside / "mnt"))
    mount("-t", "proc", "proc", str(inside / "proc"))
    # corosync -t reads the key that corosync.conf's crypto asks for.
    (inside / "etc/corosync/authkey").write_bytes(bytes(256))
    # Where the package has none, systemd makes them for the service (LogsDirectory=, StateDirectory=).
    for folder in ("var/log/corosync", "var/lib/corosync"):
        (inside / folder).mkdir(exist_ok=True)
    # Of the nodes in its file, Corosync takes the one for itself that has this machine's name.
    socket.sethostname(NODE)
    os.chroot(inside)
    os.chdir("/mnt")
    os.execvp(command[0], command)  # noqa: S606 - the command as it is, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
