"""The command line of a lab's virtual machine, and the files that it names."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from hakit.lab import image, layout, network
from hakit.lab.layout import Host, Layout

PROGRAM = "qemu-system-x86_64"
_MEMORY = 1024
# Cards are eth0 and on, as in a container. What guards a processor against others' programs costs much if emulated.
KERNEL = "console=ttyS0 quiet panic=5 net.ifnames=0 mitigations=off audit=0 selinux=0 apparmor=0"


class Accelerator(StrEnum):
    """What executes a machine's instructions: the processor, QEMU, or the processor for a kernel that is a program (hakit.lab.uml)."""

    KVM = "kvm"
    TCG = "tcg"
    UML = "uml"

    @property
    def option(self) -> str:
        """What QEMU calls it."""
        # What it has translated is kept in a GiB per machine otherwise.
        return "kvm" if self is Accelerator.KVM else "tcg,thread=multi,tb-size=400"


def layer(place: Layout, name: str) -> Path:
    """Return the node's own layer over the image."""
    return place.node_folder(name) / "root.qcow2"


def data(place: Layout, name: str) -> Path:
    """Return the disk that is the node's alone, /dev/vdb."""
    return place.node_folder(name) / "data.raw"


def shared(place: Layout) -> Path:
    """Return the disk that all nodes share, /dev/vdc."""
    return place.folder / "sbd.raw"


def archive(place: Layout, name: str) -> Path:
    """Return the archive that the node's kernel starts with."""
    return place.node_folder(name) / "initrd"


def door(place: Layout, name: str) -> Path:
    """Return the socket at which QEMU takes commands."""
    return place.node_folder(name) / "qmp"


def number(place: Layout, name: str) -> Path:
    """Return the file with the number of QEMU's process."""
    return place.node_folder(name) / "pid"


def card(ring: int) -> str:
    """Name a network card, to QEMU."""
    return f"ring{ring}"


def machine(accelerator: Accelerator, memory: int = _MEMORY) -> tuple[str, ...]:
    """Return the command line up to what a machine has besides processor, memory (in MiB) and kernel."""
    processor = "host" if accelerator is Accelerator.KVM else "max"
    return (
        PROGRAM, "-no-user-config", "-nodefaults", "-display", "none",
        "-machine", "q35", "-accel", accelerator.option, "-cpu", processor, "-smp", "1", "-m", str(memory),
    )  # fmt: skip


def argv(place: Layout, host: Host, base: Path, accelerator: Accelerator) -> tuple[str, ...]:
    """Return the command line that is the node; it has to run in the namespace of the switch."""
    name = host.name
    return (
        *machine(accelerator), "-name", f"guest={place.unit(name)}", "-pidfile", str(number(place, name)),
        "-qmp", f"unix:{_value(door(place, name))},server=on,wait=off",
        "-chardev", f"file,id=console,path={_value(place.log(name))},append=on", "-serial", "chardev:console",
        "-kernel", str(image.kernel(base)), "-initrd", str(archive(place, name)), "-append", KERNEL,
        *_disk("root", layer(place, name), "qcow2"),
        *_disk("data", data(place, name), "raw"),
        # Both machines have it open: QEMU must not lock it, nor think that it is alone.
        *_disk("sbd", shared(place), "raw", "file.locking=off", "share-rw=on"),
        # A watchdog that bites resets the machine at once.
        "-device", "i6300esb", "-action", "watchdog=reset",
        "-object", "rng-random,id=random,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=random",
        *_cards(host),
    )  # fmt: skip


def _disk(name: str, file: Path, form: str, drive: str = "", device: str = "") -> tuple[str, ...]:
    """Return a disk that is /dev/disk/by-id/virtio-NAME.

    What a node flushes is written to the file, so that it survives the end of QEMU, but this machine isn't made to
    put it on its own disk ("unsafe": a lab need not survive this machine's power cut).
    """
    backend = f"if=none,id={name},file={_value(file)},format={form},cache=unsafe"
    frontend = f"virtio-blk-pci,drive={name},serial={name}"
    return (
        "-drive", ",".join(filter(None, (backend, drive))),
        "-device", ",".join(filter(None, (frontend, device))),
    )  # fmt: skip


def _cards(host: Host) -> Iterator[str]:
    """Yield a card for each ring, and one for the way in that is no ring."""
    for ring, address in enumerate((*host.addresses, layout.management(host))):
        tap = f"tap,id={card(ring)},ifname={network.port(host.name, ring)},script=no,downscript=no"
        mac = network.hardware(address)
        yield from ("-netdev", tap, "-device", f"virtio-net-pci,netdev={card(ring)},mac={mac},romfile=")


def _value(path: Path) -> str:
    """Return a path as it stands among options, which commas separate."""
    return str(path).replace(",", ",,")
