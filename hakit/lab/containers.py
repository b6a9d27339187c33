"""Nodes that are containers (systemd-nspawn): seconds to boot, on any Linux machine, with its own kernel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hakit.core.errors import HakitError
from hakit.core.event import Listener
from hakit.lab import network, node, power, processes, recipe, rootfs, switches
from hakit.lab.keep import keeper
from hakit.lab.kind import INSIDE
from hakit.lab.layout import Host, Layout
from hakit.lab.ready import Patience
from hakit.lab.state import State

_PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "ssh-keygen": "openssh-client",
    "nsenter": "util-linux",
}


class Containers:
    """Boots containers and reaches into them."""

    words = "containers"
    patience = Patience()

    def need(self) -> None:
        """Raise HakitError when programs are missing."""
        rootfs.need(_PROGRAMS)

    def base(self, wanted: State, more: Sequence[str], listener: Listener) -> Path:
        """Return the root that is the lower layer of all nodes; with power switches or quorum device another one."""
        if wanted.fencing:
            switches.need()
        if wanted.managed:
            return rootfs.ensure_safety(wanted.release, listener)
        return rootfs.ensure(wanted.release, listener, (*recipe.PACKAGES, *more))

    def prepare(self, place: Layout, base: Path, listener: Listener) -> None:
        """Nothing is needed."""

    def on(self, place: Layout, host: Host, everyone: Sequence[Host], kept: State) -> None:
        """Lay the node's layer over the base, cable it and boot."""
        power.off(place, host.name)
        fresh = not (place.node_folder(host.name) / "upper/root").exists()
        node.mount(place, host.name, kept.base)
        if fresh:
            node.furnish(place, host, everyone)
        network.add(place, host)
        if kept.managed:
            network.add_management(place, host)
        keeper().start(place, host.name, node.boot_argv(place, host.name), node.ENV)

    def leader(self, place: Layout, name: str) -> int | None:
        """Return the node's PID 1 as this machine numbers it, or None when it is off."""
        return processes.leader(keeper().groups(place, name))

    def enter(self, place: Layout, name: str, leader: int, argv: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - as Kind has it
        """Return the command line that joins the container.

        nsenter keeps all that root on this machine may do: `date -s` in a node would set the machine's clock.
        """
        bounds = ",".join(f"-cap_{number}" for number in processes.withheld(leader))
        fewer = ("setpriv", f"--bounding-set={bounds}", "--") if bounds else ()
        return ("nsenter", f"--target={leader}", "--all", "--", *fewer, *INSIDE, *argv)

    def freeze(self, place: Layout, name: str, *, frozen: bool) -> None:
        """Stop all processes of a node, or let them go on (cgroup.freeze, Linux' admin-guide/cgroup-v2).

        Raises HakitError on a machine without the unified hierarchy, whose freezer this is.
        """
        found = [file for group in keeper().groups(place, name) if (file := group / "cgroup.freeze").exists()]
        if not found:
            raise HakitError(
                "this machine has no cgroup v2, which a node is frozen with", hint="mount it, or skip this fault"
            )
        for file in found:
            file.write_text("1" if frozen else "0")

    def plug(self, place: Layout, name: str, ring: int, *, carrier: bool) -> None:
        """Take the switch's end of the cable up or down: the node sees that."""
        (network.heal if carrier else network.unplug)(place, name, ring)

    def cabled(self, place: Layout, hosts: Sequence[Host]) -> bool:
        """Say whether the switch's namespace and the nodes' are there."""
        return network.complete(place, hosts)

    def slow(self, place: Layout) -> bool:
        """They are as fast as this machine."""
        del place
        return False

    def forget(self, place: Layout) -> None:
        """They share nothing that can be written."""
