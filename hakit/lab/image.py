"""Disk images of Debian with a kernel, for virtual machines: made once from the containers' root, kept for every lab."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from hakit.core.action import Command
from hakit.core.event import Listener, Note, StepDone, StepStarted
from hakit.lab import initrd, locks, mounts, recipe, rootfs, usermode, vmlinux
from hakit.lab.recipe import Release
from hakit.run import machine

_TITLE = "disk image"
SIZE = 6 << 30
# Fixed, so that the same tree gives the same image.
_ID = "6861b174-0000-4000-8000-000000000001"
_SEED = "6861b174-0000-4000-8000-000000000002"
# Drivers of what no machine here has; looking for it costs seconds under emulation.
_NO_DRIVERS = (
    "psmouse",
    "floppy",
    "pcspkr",
    "joydev",
    "mousedev",
    "evdev",
    "i2c_i801",
    "lpc_ich",
    "ppdev",
    "parport_pc",
)
# A kernel that is a program calls its disks otherwise. Its /dev/watchdog would be another program's, which isn't there; its
# own one is a module that nothing asks for.
_NAMES = """\
KERNEL=="ubda", RUN+="/sbin/modprobe softdog"
KERNEL=="watchdog1", RUN+="/bin/ln -sf watchdog1 /dev/watchdog"
KERNEL=="ubdb", SYMLINK+="vdb disk/by-id/virtio-data"
KERNEL=="ubdc", SYMLINK+="vdc disk/by-id/virtio-sbd"
"""
# Counted up when an image has to be made anew though all else is the same.
_EDITION = 3


def root(image: Path) -> Path:
    """Return the file system that all nodes' disks are layers over."""
    return image / "root.ext4"


def kernel(image: Path) -> Path:
    """Return the kernel."""
    return image / "kernel"


def user_mode(image: Path) -> Path:
    """Return the kernel that is a program (User-mode Linux); it is not there where this machine's archive has none.

    It wants the image's folder as its own and `libraries` as its libraries' (see hakit.lab.usermode).
    """
    return image / "linux.uml"


def libraries(image: Path) -> Path:
    """Return the folder with the C library of the kernel that is a program."""
    return image / "lib"


def first_steps(image: Path) -> Path:
    """Return the archive that the kernel starts with."""
    return image / "initrd"


def path(release: Release, more: Sequence[str] = ()) -> Path:
    """Return where the image of a release, with more packages than the lab needs itself, is or would be."""
    packages = (*recipe.PACKAGES, *recipe.machine(release), *more)
    said = (
        str(_EDITION), recipe.digest(release, packages), *recipe.MACHINE_MASKED, *recipe.MACHINE_UNMASKED,
        *recipe.MACHINE_DISABLED, *recipe.MACHINE_SLOW, recipe.USER_MODE[0], *recipe.USER_MODE[1], recipe.MACHINE_PATIENCE, *_NO_DRIVERS, _NAMES, initrd.INIT,
    )  # fmt: skip
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
    return rootfs.cache() / f"{release}-vm-{digest}"


def ensure(release: Release, listener: Listener, more: Sequence[str] = ()) -> Path:
    """Return the folder with the image of a release, making it first if need be (two minutes or three).

    It is made beside its place and renamed when complete; one makes while others wait. Raises HakitError.
    """
    place = path(release, more)
    if place.is_dir():
        return place
    base = rootfs.ensure(release, listener)
    with locks.held(rootfs.cache() / f"{place.name}.lock", listener, f"making the image of Debian {release}"):
        if not place.is_dir():
            _make(release, more, place, base, listener)
    return place


def _make(release: Release, more: Sequence[str], place: Path, base: Path, listener: Listener) -> None:
    half = place.with_name(f"{place.name}.building")
    mounts.remove_tree(half)
    try:
        half.mkdir()
        tree = half / "tree"
        rootfs.build(release, (*recipe.machine(release), *more), tree, listener, base)
        listener.hear(StepStarted(_TITLE, release))
        start = time.monotonic()
        _finish(tree)
        first_steps(half).write_bytes(initrd.base(tree))
        _, _, version = str(initrd.modules_folder(tree)).rpartition("/")
        kernel(half).write_bytes(vmlinux.extract((tree / f"boot/vmlinuz-{version}").read_bytes()))
        _user_mode(tree, half, listener)
        _format(tree, root(half))
        mounts.remove_tree(tree)
        listener.hear(StepDone(_TITLE, release, time.monotonic() - start, ok=True))
        half.rename(place)
    finally:
        mounts.remove_tree(half)


def _finish(tree: Path) -> None:
    """Have a machine start what it needs and no more."""
    units = tree / "etc/systemd/system"
    for unit in recipe.MACHINE_MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    for unit in recipe.MACHINE_UNMASKED:
        (units / unit).unlink()
    for unit in (*recipe.MACHINE_DISABLED, *recipe.MACHINE_DEVICE_DISABLED):
        for folder in units.glob("*.*/"):
            (folder / unit).unlink(missing_ok=True)
        # Beside a unit of that name it is of no use, and `systemctl enable` would keep it in step for half a minute.
        (tree / "etc/init.d" / unit.removesuffix(".service")).unlink(missing_ok=True)
    (tree / "etc/corosync/corosync.conf").unlink(missing_ok=True)  # Debian's stock cluster of one node
    for unit in recipe.MACHINE_SLOW:
        drop_in = units / f"{unit}.d/hakit-lab.conf"
        drop_in.parent.mkdir(exist_ok=True)
        drop_in.write_text(recipe.MACHINE_PATIENCE)
    (tree / "etc/modprobe.d/hakit-lab.conf").write_text("".join(f"blacklist {driver}\n" for driver in _NO_DRIVERS))


def _user_mode(tree: Path, half: Path, listener: Listener) -> None:
    """Add the kernel that is a program, and its modules to the tree's; without it where the archive hasn't that release."""
    try:
        modules = usermode.add(half / "packages", user_mode(half), libraries(half), listener)
    except rootfs.SuiteMissing as error:
        listener.hear(Note(f"{error}, so no kernel that is a program: where KVM doesn't work, processors are emulated"))
        return
    modules.rename(tree / "lib/modules" / modules.name)
    machine.must(Command(("chroot", str(tree), "depmod", modules.name), timeout=60))
    (tree / "etc/udev/rules.d/60-hakit-lab.rules").write_text(_NAMES)
    shutil.rmtree(half / "packages")


def _format(tree: Path, image: Path) -> None:
    with image.open("wb") as file:
        file.truncate(SIZE)
    machine.must(
        Command(
            (
                "mkfs.ext4", "-q", "-F", "-L", "root", "-U", _ID,
                "-E", f"hash_seed={_SEED},lazy_itable_init=1,lazy_journal_init=1",
                "-d", str(tree), str(image),
            ),
            timeout=600,
        )
    )  # fmt: skip
