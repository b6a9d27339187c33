"""The first steps of a virtual machine: modules for its disk and cards, its addresses and files, then its own systemd."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Sequence
from pathlib import Path

from hakit.core.errors import HakitError
from hakit.lab import cpio, layout, node
from hakit.lab.layout import Host, Layout

# What the probe of KVM has it say.
ALIVE = "hakit-lab-alive"
PROBE = "hakit.probe"
# Debian loads no watchdog's driver by itself: it is on a list of those not to.
_MODULES = ("virtio_pci", "virtio_blk", "ext4", "virtio_net", "i6300esb")
# ext4 asks for it by another name than its own, at a time when nobody could answer; newer kernels have it built in.
_IF_THERE = ("crc32c_generic",)
_PACKED = {".xz": lzma.decompress}
# A node's own files are laid over its disk once, before its first boot; a disk that says it has them is let be.
INIT = f"""\
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
line=$($b cat /proc/cmdline)
case "$line" in *{PROBE}*) $b echo {ALIVE}; $b poweroff -f; $b sleep 60 ;; esac
case "$line" in
*ubda*) disk=/dev/ubda ;; # a kernel that is a program has all this built in
*) disk=/dev/vda; while read -r module; do $b insmod "/modules/$module"; done </modules/order ;;
esac
. /network
tries=0
while [ ! -b $disk ] && [ $tries -lt 100 ]; do $b sleep 0.1; tries=$((tries + 1)); done
if ! $b mount -t ext4 -o rw,noatime $disk /root; then $b echo "no root file system"; $b poweroff -f; fi
if [ ! -e /root/etc/hakit-lab ]; then
    $b cp -a /node/. /root/ && $b sync && $b touch /root/etc/hakit-lab && $b sync
fi
for each in dev proc sys; do $b mount --move /$each /root/$each; done
exec $b switch_root /root /sbin/init
"""


def base(tree: Path) -> bytes:
    """Return the archive that all machines of an installed Debian share. Raises HakitError if it lacks a module."""
    folder = modules_folder(tree)
    order = modules((folder / "modules.dep").read_text(), (folder / "modules.builtin").read_text())
    named = {Path(path).name.removesuffix(".xz"): _unpacked(folder / path) for path in order}
    files = {
        "init": (INIT.encode(), 0o755),
        "bin/busybox": ((tree / "bin/busybox").read_bytes(), 0o755),
        "modules/order": ("".join(f"{name}\n" for name in named).encode(), 0o644),
        **{f"modules/{name}": (data, 0o644) for name, data in named.items()},
    }
    return cpio.archive(files, dict.fromkeys(("dev", "proc", "sys", "root"), 0o755))


def own(place: Layout, host: Host, others: Sequence[Host]) -> bytes:
    """Return the archive that makes a machine itself: the addresses of its cards, and its files."""
    files = {f"node/{path}": (file.text.encode(), file.mode) for path, file in node.files(place, host, others).items()}
    addresses = (*host.addresses, layout.management(host))
    return cpio.archive(
        {"network": (network(addresses).encode(), 0o644), **files}, {"node/root": 0o700, "node/root/.ssh": 0o700}
    )


def network(addresses: Iterable[str]) -> str:
    """Return the script that gives each card, eth0 and on, its address."""
    return "".join(
        f"$b ip address add {address}/24 dev eth{number}\n$b ip link set eth{number} up\n"
        for number, address in enumerate(addresses)
    )


def modules(dependencies: str, builtin: str) -> list[str]:
    """Return the paths of the modules to load, each after those it needs, from modules.dep(5) and modules.builtin."""
    needs = {path: rest.split() for path, _, rest in (line.partition(":") for line in dependencies.splitlines())}
    paths = {_name(path): path for path in needs}
    inside = {_name(path) for path in builtin.splitlines()}
    missing = [name for name in _MODULES if name not in paths and name not in inside]
    if missing:
        raise HakitError(f"the lab's kernel has no {', '.join(missing)}")
    order: list[str] = []
    for name in (*_IF_THERE, *_MODULES):
        if name in paths:
            # What a module needs is listed with the nearest first: that which needs nothing stands last.
            order += [path for path in (*reversed(needs[paths[name]]), paths[name]) if path not in order]
    return order


def modules_folder(tree: Path) -> Path:
    """Return the folder of the one kernel's modules. Raises HakitError if there is not one."""
    found = sorted(each for each in (tree / "lib/modules").glob("*/modules.dep") if not each.parent.is_symlink())
    if len(found) != 1:
        raise HakitError(f"{tree} has {len(found)} kernels, not one")
    return found[0].parent


def _name(path: str) -> str:
    return Path(path).name.partition(".ko")[0].replace("-", "_")


def _unpacked(path: Path) -> bytes:
    """Return a module as the kernel takes it. Raises HakitError for a compression that we don't know."""
    if path.suffix == ".ko":
        return path.read_bytes()
    if path.suffix not in _PACKED:
        raise HakitError(f"{path}: modules compressed like that can't be loaded by the lab")
    return _PACKED[path.suffix](path.read_bytes())
