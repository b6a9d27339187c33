"""Nodes that are virtual machines (QEMU, or a kernel that is a program): Debian's own kernel, disks, a watchdog.

The host of a quorum device needs none of that, and is a container beside them.
"""

from __future__ import annotations

import os
import platform
import shlex
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hakit.core.action import Command
from hakit.core.clock import SystemClock, wait_until
from hakit.core.errors import ExitCode, HakitError
from hakit.core.event import Listener, Note
from hakit.lab import accelerator, image, initrd, network, power, processes, qemu, recipe, rootfs, uml
from hakit.lab.containers import Containers
from hakit.lab.keep import keeper
from hakit.lab.kind import INSIDE
from hakit.lab.layout import CLIENT, RINGS, WITNESS, Host, Layout
from hakit.lab.network import Cable
from hakit.lab.qemu import Accelerator
from hakit.lab.ready import Patience
from hakit.lab.state import State
from hakit.run import machine, qmp

_PROGRAMS = {
    qemu.PROGRAM: "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mkfs.ext4": "e2fsprogs",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "nsenter": "util-linux",
    "taskset": "util-linux",
}
_NOTES = {
    Accelerator.TCG: "KVM does not work on this machine; its processor is emulated, so booting takes a minute",
    Accelerator.UML: "KVM does not work on this machine; each node's kernel is a program here (User-mode Linux), and so is its watchdog",
}
_DATA = 256 << 20
_SBD = 10 << 20


class Machines:
    """Boots virtual machines and reaches into them."""

    words = "virtual machines"
    patience = Patience(whole=600.0, every=1.0, answer=45.0)

    def __init__(self, *, whole: bool = False) -> None:
        """With `whole`, machines have all that QEMU gives them, a watchdog too, whatever that takes."""
        self._beside = Containers()
        self._whole = whole

    def need(self) -> None:
        """Raise HakitError when programs are missing, or this machine is of a kind that is not emulated."""
        if platform.machine() != "x86_64":
            raise HakitError("virtual machines are made for x86-64 only", hint="leave out --vm")
        rootfs.need(_PROGRAMS)

    def base(self, wanted: State, more: Sequence[str], listener: Listener) -> Path:
        """Return the folder with disk image, kernel and first steps."""
        if wanted.fencing:
            raise HakitError(
                "a lab of virtual machines has no power switches",
                hint="its nodes have watchdogs and share a disk, for sbd; or leave out --vm",
                code=ExitCode.USAGE,
            )
        if wanted.qnetd:
            self._beside.need()
            self._beside.base(wanted, (), listener)
        return image.ensure(wanted.release, listener, (*more, *((recipe.MACHINE_DEVICE,) if wanted.qnetd else ())))

    def prepare(self, place: Layout, base: Path, listener: Listener) -> None:
        """Find out what runs machines here, and remember it."""
        chosen = accelerator.choose(base, whole=self._whole)
        if chosen in _NOTES:
            listener.hear(Note(_NOTES[chosen]))
        accelerator.remember(place, chosen)

    def on(self, place: Layout, host: Host, everyone: Sequence[Host], kept: State) -> None:
        """Make the disks that are missing, cable the machine and boot."""
        if host.name == WITNESS:
            base = rootfs.path(kept.release, (*recipe.PACKAGES, *recipe.safety(kept.release)))
            self._beside.on(place, host, everyone, replace(kept, base=base))
            return
        power.off(place, host.name)
        chosen = accelerator.remembered(place)
        socket = door(place, host.name)
        place.node_folder(host.name).mkdir(parents=True, exist_ok=True)
        _make_disks(place, host.name, kept.base if chosen is not Accelerator.UML else None)
        with qemu.archive(place, host.name).open("wb") as file:
            file.write(image.first_steps(kept.base).read_bytes() + initrd.own(place, host, everyone))
        network.add_taps(place, host)
        if chosen is Accelerator.UML:
            uml.number(place, host.name).unlink(missing_ok=True)
            keeper().start(place, host.name, network.inside(place, CLIENT, uml.argv(place, host, kept.base)), {})
            return
        qemu.number(place, host.name).unlink(missing_ok=True)
        argv = qemu.argv(place, host, kept.base, chosen)
        keeper().start(place, host.name, network.inside(place, CLIENT, argv), {})
        unplugged = [ring for ring in range(len(RINGS)) if network.cable(place, host.name, ring) is Cable.UNPLUGGED]
        if unplugged:
            self._await_door(place, host.name)
        for ring in unplugged:
            qmp.ask(socket, "set_link", name=qemu.card(ring), up=False)

    def leader(self, place: Layout, name: str) -> int | None:
        """Return QEMU's process, or the kernel's own, or None when there is none."""
        if name == WITNESS:
            return self._beside.leader(place, name)
        file = uml.number(place, name) if self._is_program(place) else qemu.number(place, name)
        try:
            said = int(file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return said if said in processes.members(keeper().groups(place, name)) else None

    def enter(self, place: Layout, name: str, leader: int, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that logs in, past the rings, and runs the other."""
        if name == WITNESS:
            return self._beside.enter(place, name, leader, argv)
        options = ("-F", str(place.ssh_config), "-o", "BatchMode=yes", "-o", "LogLevel=ERROR")
        return ("ssh", *options, name, shlex.join((*INSIDE, *argv)))

    def freeze(self, place: Layout, name: str, *, frozen: bool) -> None:
        """Stop the machine's processor and clock, or let them go on."""
        if name == WITNESS:
            self._beside.freeze(place, name, frozen=frozen)
            return
        if self._is_program(place):
            leader = self.leader(place, name)
            if leader is not None:
                os.kill(leader, signal.SIGSTOP if frozen else signal.SIGCONT)
            return
        qmp.ask(qemu.door(place, name), "stop" if frozen else "cont")

    def plug(self, place: Layout, name: str, ring: int, *, carrier: bool) -> None:
        """Take the switch's end of the cable up or down, and tell the machine's card, which doesn't see it (and never, as a program)."""
        if name == WITNESS:
            self._beside.plug(place, name, ring, carrier=carrier)
            return
        (network.heal if carrier else network.unplug)(place, name, ring)
        if not self._is_program(place):
            qmp.ask(qemu.door(place, name), "set_link", name=qemu.card(ring), up=carrier)

    def cabled(self, place: Layout, hosts: Sequence[Host]) -> bool:
        """Say whether the switch's namespace is there; machines have none of their own."""
        return network.complete(place, [host for host in hosts if host.name == WITNESS])

    def slow(self, place: Layout) -> bool:
        """Emulated processors need many times the time."""
        return accelerator.remembered(place) is Accelerator.TCG

    def forget(self, place: Layout) -> None:
        """Delete the disk that all share; the next to boot makes it anew."""
        qemu.shared(place).unlink(missing_ok=True)

    def _is_program(self, place: Layout) -> bool:
        return accelerator.remembered(place) is Accelerator.UML

    def _await_door(self, place: Layout, name: str) -> None:
        def opened() -> bool:
            try:
                qmp.ask(qemu.door(place, name), "query-status")
            except HakitError:
                return False
            return True

        wait_until(f"QEMU answers for {name}", opened, bool, clock=SystemClock(), timeout=20, every=0.05, in_a_row=1)


def door(place: Layout, name: str) -> Path:
    """Return the path of QEMU's socket. Raises HakitError if no socket can have it."""
    found = qemu.door(place, name)
    if len(os.fsencode(found)) > qmp.LONGEST:
        raise HakitError(f"the path {found} is too long for a socket", hint="--dir with a shorter one")
    return found


def _make_disks(place: Layout, name: str, base: Path | None) -> None:
    """Make the node's layer over the image if there is a `base`, its blank disk, and the one that all share, where they are missing."""
    layer = qemu.layer(place, name)
    if base and not layer.exists():
        draft = layer.with_suffix(".new")
        draft.unlink(missing_ok=True)
        over = ("-b", str(image.root(base)), "-F", "raw")
        machine.must(Command(("qemu-img", "create", "-q", "-f", "qcow2", *over, str(draft))))
        draft.rename(layer)
    for disk, size in ((qemu.data(place, name), _DATA), (qemu.shared(place), _SBD)):
        with disk.open("ab") as file:
            file.truncate(size)
