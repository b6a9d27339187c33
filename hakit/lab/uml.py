"""The command line of a machine whose kernel is a program of this one: User-mode Linux, Debian's package of that name.

Neither KVM nor an emulated processor: its programs run as this machine's own, its kernel serves them. It has disks and cards
that are its own, DRBD's module, and no devices of a PC, so no watchdog but a kernel's.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from hakit.core.errors import HakitError
from hakit.lab import image, layout, network, qemu, usermode
from hakit.lab.layout import Host, Layout

_MEMORY = 1024
# Its console is its output; nothing comes in.
_CONSOLE = ("con=null", "ssl=null", "con0=null,fd:1")
KERNEL = "quiet panic=5 net.ifnames=0 audit=0 selinux=0 apparmor=0"


def layer(place: Layout, name: str) -> Path:
    """Return the node's own layer over the image, which the kernel itself makes."""
    return place.node_folder(name) / "root.cow"


def number(place: Layout, name: str) -> Path:
    """Return the file with the number of its process, which it keeps."""
    return place.node_folder(name) / "uml" / name / "pid"


def probe(base: Path, words: str) -> tuple[str, ...]:
    """Return the command line that starts the kernel with the image's first steps and no disk."""
    return _kernel(base, "mem=256M", f"initrd={image.first_steps(base)}", *_CONSOLE, "quiet", words)


def argv(place: Layout, host: Host, base: Path) -> tuple[str, ...]:
    """Return the command line that is the node; it has to run in the namespace of the switch.

    Raises HakitError for a folder whose name its options can't say.
    """
    name = host.name
    if re.search(r"[,\s]", f"{place.folder}{base}"):
        raise HakitError(f"the path {place.folder} has a comma or a space", hint="--dir with another one, or --whole")
    addresses = (*host.addresses, layout.management(host))
    return (
        # Each of its programs is a process here that the kernel's own stops and lets go on, for every page and every call:
        # if they share a processor that takes a quarter of the time.
        "taskset", "--cpu-list", str(_processor(host)),
        *_kernel(base), f"mem={_MEMORY}M", f"umid={name}", f"uml_dir={place.node_folder(name)}/uml/",
        f"initrd={qemu.archive(place, name)}", *_CONSOLE, *KERNEL.split(),
        # "c" behind a disk's letter: it locks no file. Others have the image and the shared disk open as well, and when it
        # boots again a process of its last life may still hold the lock.
        f"ubdac={layer(place, name)},{image.root(base)}",
        f"ubdbc={qemu.data(place, name)}",
        f"ubdcc={qemu.shared(place)}",
        *(
            f"eth{ring}=tuntap,{network.port(name, ring)},{network.hardware(address)}"
            for ring, address in enumerate(addresses)
        ),
    )  # fmt: skip


def _kernel(base: Path, *words: str) -> tuple[str, ...]:
    return usermode.run(image.user_mode(base), image.libraries(base), *words)


def _processor(host: Host) -> int:
    """Choose one for a node: neighbours have different ones, if there are several."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[int(host.addresses[0].rpartition(".")[2]) % len(usable)]
