"""What runs virtual machines here, best first: KVM, a kernel that is a program, an emulated processor. Each is tried.

That there is a device or a program proves nothing.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hakit.core.action import Command
from hakit.lab import image, initrd, qemu, uml
from hakit.lab.layout import Layout
from hakit.lab.qemu import Accelerator
from hakit.run import machine

_DEVICE = Path("/dev/kvm")
# linux/kvm.h
_GET_API_VERSION = 0xAE00
_CREATE_VM = 0xAE01
_API_VERSION = 12
_PROBE_SECONDS = 15.0


def choose(base: Path, *, whole: bool = True) -> Accelerator:
    """Return KVM if it runs the image's kernel, else UML if that runs and the machines need not be `whole`, else TCG.

    A nested hypervisor may offer the device, even make a machine, and then not be able to run an ordinary kernel.
    """
    if offered(_DEVICE) and _runs(base):
        return Accelerator.KVM
    return Accelerator.UML if not whole and _runs_as_program(base) else Accelerator.TCG


def offered(device: Path) -> bool:
    """Say whether there is KVM, of the version that all know, and makes a machine."""
    try:
        handle = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if fcntl.ioctl(handle, _GET_API_VERSION) != _API_VERSION:
            return False
        os.close(fcntl.ioctl(handle, _CREATE_VM))
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def remember(place: Layout, chosen: Accelerator) -> None:
    """Keep the choice with the lab."""
    _note(place).write_text(chosen)


def remembered(place: Layout) -> Accelerator:
    """Return the choice; TCG, which works everywhere, where there is none."""
    try:
        return Accelerator(_note(place).read_text())
    except (FileNotFoundError, ValueError):
        return Accelerator.TCG


def _runs(base: Path) -> bool:
    """Boot the kernel up to its first program, which says that it is there and ends."""
    argv = (
        *qemu.machine(Accelerator.KVM, memory=256), "-no-reboot", "-serial", "stdio",
        "-kernel", str(image.kernel(base)), "-initrd", str(image.first_steps(base)),
        "-append", f"console=ttyS0 quiet panic=-1 {initrd.PROBE}",
    )  # fmt: skip
    return initrd.ALIVE in machine.run(Command(argv, timeout=_PROBE_SECONDS, changes_state=False)).stdout


def _runs_as_program(base: Path) -> bool:
    if not image.user_mode(base).is_file():
        return False
    return (
        initrd.ALIVE
        in machine.run(Command(uml.probe(base, initrd.PROBE), timeout=_PROBE_SECONDS, changes_state=False)).stdout
    )


def _note(place: Layout) -> Path:
    return place.folder / "accelerator"
