"""One node: its root file system of two layers, the few files that make it itself, and its boot."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hakit.core.action import Command
from hakit.core.outcome import CommandFailed
from hakit.lab import access, mounts, network
from hakit.lab.layout import CLIENT, RINGS, WITNESS, Host, Layout, management
from hakit.run import machine

# systemd 256 and later refuses the old cgroups, which systemd-nspawn offers on a machine that has both kinds.
# And a host may set its own network's /proc/sys, and sees its own interfaces in /sys.
ENV: Mapping[str, str] = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"}

_NO_OVERLAY = "an overlay can't lie on another: if {folder} is on one, say --dir with a folder on a real disk"
_SQUID = """\
# This node's own: the lab's networks may use the proxy, there is no resolver to wait for, and clients get a
# second to finish when squid is stopped, in place of 30, every one of which a planned move would take longer.
visible_hostname {name}
dns_nameservers 127.0.0.1
shutdown_lifetime 1 second
acl lab src {networks}
http_access allow lab
"""


@dataclass(frozen=True, slots=True)
class File:
    """What a file of a node holds, and who may read it."""

    text: str
    mode: int = 0o644


def mount(layout: Layout, node: str, base: Path) -> None:
    """Lay the node's own layer over the base; does nothing if that is so already."""
    folder, root = layout.node_folder(node), layout.root(node)
    for part in ("upper", "work", "root"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if root not in mounts.below(root):
        layers = f"lowerdir={base},upperdir={folder / 'upper'},workdir={folder / 'work'}"
        outcome = machine.run(Command(("mount", "-t", "overlay", "-o", layers, "overlay", str(root))))
        if not outcome.ok:
            raise CommandFailed(outcome, hint=_NO_OVERLAY.format(folder=folder))


def furnish(layout: Layout, node: Host, others: Sequence[Host]) -> None:
    """Write the node's names, keys and squid settings into its mounted root."""
    root = layout.root(node.name)
    for path, file in files(layout, node, others).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(file.text)
        (root / path).chmod(file.mode)
    (root / "root/.ssh").chmod(0o700)
    if node.name != WITNESS:
        # Debian starts it wherever it is installed.
        (root / "etc/systemd/system/multi-user.target.wants/corosync-qnetd.service").unlink(missing_ok=True)


def erase(layout: Layout, node: str) -> None:
    """Unmount the node and forget its own layer."""
    mounts.remove_tree(layout.node_folder(node))


def boot_argv(layout: Layout, node: str) -> tuple[str, ...]:
    """Return the command line that boots the node.

    systemd-nspawn is put into the node's network rather than told of it: with --network-namespace-path it shows
    the machine's own interfaces in the node's /sys/class/net (seen with 252).
    """
    container = (
        "systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit",
        f"--directory={layout.root(node)}", f"--machine={layout.unit(node)}", f"--hostname={node}",
        # What IPaddr2 and send_arp need, and corosync to lock its memory. It doesn't get all: a node that could set
        # the clock or load modules would do so to the whole machine.
        "--capability=CAP_NET_ADMIN,CAP_NET_RAW,CAP_IPC_LOCK,CAP_SYS_RESOURCE",
        "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
    )  # fmt: skip
    return network.inside(layout, node, container)


def files(layout: Layout, node: Host, others: Sequence[Host]) -> dict[str, File]:
    """Return the files that make a node itself, by their paths without the first slash."""
    secret = {
        "root/.ssh/id_ed25519": access.key(layout),
        "etc/ssh/ssh_host_ed25519_key": access.host_key(layout, node.name),
    }
    return {
        **{path: File(text) for path, text in _open_files(layout, node, others).items()},
        **{path: File(source.read_text(), 0o600) for path, source in secret.items()},
    }


def _open_files(layout: Layout, node: Host, others: Sequence[Host]) -> dict[str, str]:
    # The quorum device is reached past the rings: it is to be there when they are cut.
    where = {host: management(host) if host.name == WITNESS else host.addresses[0] for host in others}
    names = "".join(f"{address} {host.name}\n" for host, address in where.items())
    public = access.key(layout).with_suffix(".pub").read_text()
    return {
        "etc/hostname": f"{node.name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{names}",
        "etc/machine-id": f"{uuid.uuid4().hex}\n",
        "etc/ssh/ssh_config.d/hakit-lab.conf": "StrictHostKeyChecking yes\n",
        "etc/squid/conf.d/hakit-lab.conf": _SQUID.format(
            name=node.name, networks=" ".join(f"{ring}.0/24" for ring in RINGS)
        ),
        "etc/ssh/ssh_host_ed25519_key.pub": access.host_key(layout, node.name).with_suffix(".pub").read_text(),
        "root/.ssh/authorized_keys": public,
        "root/.ssh/id_ed25519.pub": public,
        "root/.ssh/known_hosts": access.known_hosts(layout, [host for host in others if host.name != CLIENT]),
    }
