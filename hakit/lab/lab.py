"""A lab: real Debian nodes on this machine, as one object for the command line, tests, benches and drills."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from hakit.core.errors import ExitCode, HakitError
from hakit.core.event import Event, Listener, Note, StageStarted, StepDone, StepStarted
from hakit.lab import (
    access,
    layout,
    leftovers,
    locks,
    network,
    node,
    power,
    processes,
    ready,
    recipe,
    rootfs,
    specfile,
    state,
    switches,
)
from hakit.lab.layout import CLIENT, Host, Layout
from hakit.lab.recipe import Release
from hakit.lab.state import State

T = TypeVar("T")


class _Deaf:
    """Hears nothing."""

    def hear(self, event: Event) -> None:
        """Let it pass."""


DEAF: Listener = _Deaf()
# What a command finds inside a node, whatever the caller's environment is.
_INSIDE = (
    "HOME=/root",
    "USER=root",
    "LC_ALL=C.UTF-8",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)


@dataclass(frozen=True, slots=True)
class Safety:
    """What a lab has for safety: power switches (BMCs) for its nodes, a host with a quorum device."""

    fencing: bool = False
    qnetd: bool = False

    def of(self, wanted: State) -> State:
        """Return the state of a lab that has it."""
        return replace(wanted, fencing=self.fencing, qnetd=self.qnetd)


class Lab:
    """A lab that is up; made by `up` and `open`."""

    def __init__(self, place: Layout, kept: State) -> None:
        self.layout = place
        self.nodes: tuple[Host, ...] = layout.hosts(kept.nodes)
        self.witness: Host | None = layout.witness() if kept.qnetd else None
        self._state = kept

    @classmethod
    def up(  # noqa: PLR0913 - what a lab can be asked to be
        cls,
        name: str,
        listener: Listener,
        *,
        release: Release | None = None,
        nodes: int | None = None,
        folder: Path | None = None,
        safety: Safety | None = None,
        more: Sequence[str] = (),
    ) -> Lab:
        """Make the lab, or repair it, or find it healthy; returns when every node is ready. Raises HakitError.

        What an `up` that was stopped half way left is taken away first, and a failing one takes away its own.
        Two nodes of bookworm without power switches and quorum device, unless said otherwise or already so. `more`
        packages, in a lab without those, make a root file system of their own.
        """
        rootfs.need_tools()
        place = layout.layout(name, folder)
        with _locked(place, listener):
            kept = state.load(place)
            if kept and kept.built:
                asked = replace(kept, release=release or kept.release, nodes=nodes or kept.nodes)
                return cls._again(place, kept, safety.of(asked) if safety else asked, listener)
            leftovers.clear(place)
            try:
                hosts = len(layout.hosts(2 if nodes is None else nodes))
                wanted = (safety or Safety()).of(State(release or Release.BOOKWORM, hosts, Path()))
                if wanted.fencing:
                    switches.need()
                if wanted.managed:
                    base = rootfs.ensure_safety(wanted.release, listener)
                else:
                    base = rootfs.ensure(wanted.release, listener, (*recipe.PACKAGES, *more))
                lab = cls(place, replace(wanted, base=base))
                lab._build(listener)
            except BaseException:
                leftovers.remove(place)
                raise
            return lab

    @classmethod
    def open(cls, name: str, folder: Path | None = None) -> Lab:
        """Return the lab of that name. Raises HakitError if there is none."""
        rootfs.need_root()
        place = layout.layout(name, folder)
        kept = state.load(place)
        if not kept or not kept.built:
            how = "half-made" if kept else "not there"
            raise HakitError(f"the lab {name} is {how}", hint=f"hakit lab up --name {name}")
        return cls(place, kept)

    @staticmethod
    def down(name: str, folder: Path | None = None, listener: Listener = DEAF) -> bool:
        """Take the lab away, whole or half-made; returns whether there was any. Raises HakitError if something stays."""
        rootfs.need_root()
        place = layout.layout(name, folder)
        rootfs.sweep()
        if not leftovers.exist(place):
            return False
        with _locked(place, listener):
            leftovers.remove(place)
        return True

    @staticmethod
    def names(folder: Path | None = None) -> list[str]:
        """Name the labs, whole or half-made, whose folders are there."""
        return sorted(path.name for path in layout.labs_folder(folder).glob("*/"))

    @property
    def release(self) -> Release:
        """The Debian release of the nodes."""
        return self._state.release

    @property
    def safety(self) -> Safety:
        """Whether there are power switches and a quorum device."""
        return Safety(self._state.fencing, self._state.qnetd)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All containers: the nodes, and the host of the quorum device if there is one."""
        return (*self.nodes, *((self.witness,) if self.witness else ()))

    @property
    def ssh_config(self) -> Path:
        """The file for `ssh -F`, by which every node is reached under its name."""
        return self.layout.ssh_config

    @property
    def spec(self) -> Path:
        """The ready spec file."""
        return self.layout.spec

    def client_argv(self, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs another in the client's network."""
        return network.inside(self.layout, CLIENT, argv)

    def node_argv(self, name: str, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs another inside a node. Raises HakitError if it is off."""
        leader = self.leader(name)
        if leader is None:
            raise HakitError(f"{name} is off", hint=f"hakit lab up --name {self.layout.name}")
        # nsenter keeps all that root on this machine may do: `date -s` in a node would set the machine's clock.
        bounds = ",".join(f"-cap_{number}" for number in processes.withheld(leader))
        fewer = ("setpriv", f"--bounding-set={bounds}", "--") if bounds else ()
        return ("nsenter", f"--target={leader}", "--all", "--", *fewer, "env", "-i", "-C", "/root", *_INSIDE, *argv)

    def leader(self, name: str) -> int | None:
        """Return the node's PID 1 as this machine numbers it, or None when it is off."""
        return power.leader(self.layout, self._host(name).name)

    def power_off(self, name: str) -> None:
        """Take a node's power away: cables dead and every process killed, without a word to the others."""
        power.off(self.layout, self._host(name).name)

    def power_on(self, name: str, listener: Listener = DEAF) -> None:
        """Boot a node that is off, with the disk it had, and wait until it is ready."""
        if self.leader(name) is None:
            self._start(self._host(name))
        ready.wait(self.layout, [self._host(name)], listener)

    def switch_off(self, name: str) -> None:
        """Take the power of a node's power switch (BMC) away: nobody can fence the node through it then."""
        power.end_switch(self.layout, self._host(name).name)

    def switch_on(self, name: str) -> None:
        """Give a node's power switch its power back."""
        power.start_switch(self.layout, self._host(name))

    def cut(self, name: str, ring: int) -> None:
        """Take a node off a ring's switch; it keeps its carrier. A power cycle doesn't heal that."""
        network.cut(self.layout, self._host(name).name, ring)

    def heal(self, name: str, ring: int) -> None:
        """Undo `cut` and `carrier(…, up=False)`."""
        network.heal(self.layout, self._host(name).name, ring)

    def carrier(self, name: str, ring: int, *, up: bool) -> None:
        """Pull or plug a node's cable of a ring."""
        (network.heal if up else network.unplug)(self.layout, self._host(name).name, ring)

    def freeze(self, name: str) -> None:
        """Let none of a node's processes run, as on a machine whose system hangs; its network card still answers."""
        power.freeze(self.layout, self._host(name).name, frozen=True)

    def thaw(self, name: str) -> None:
        """Let a frozen node's processes run again; fine when they do."""
        power.freeze(self.layout, self._host(name).name, frozen=False)

    def reset(self, listener: Listener = DEAF) -> None:
        """Make every node as new: power off, forget its own layer and its cuts, boot. Keys stay."""
        listener.hear(StageStarted("reset", len(self.hosts)))

        def renew(host: Host) -> None:
            self.power_off(host.name)
            node.erase(self.layout, host.name)
            self._start(host)

        self._each(renew)
        self._serve(listener)
        ready.wait(self.layout, self.hosts, listener)

    def healthy(self) -> bool:
        """Say whether networks, origin and nodes are all there and ready."""
        return (
            network.complete(self.layout, self.hosts)
            and power.origin_runs(self.layout)
            and all(power.switch_listens(self.layout, host) for host in self._switched())
            and all(self.leader(host.name) for host in self.hosts)
            and all(self._each(lambda host: ready.look(self.layout, host).ready))
        )

    def repair(self, listener: Listener = DEAF) -> None:
        """Bring back what is missing: networks, origin, nodes that are off. Disks stay as they are."""
        if self.layout.namespace not in network.namespaces(self.layout):
            leftovers.stop(self.layout)
            self._networks()
        self._serve(listener)
        for host in self.hosts:
            if self.leader(host.name) is None:
                _step(listener, "power on", host.name, lambda host=host: self._start(host))  # type: ignore[misc]
        ready.wait(self.layout, self.hosts, listener)

    @classmethod
    def _again(cls, place: Layout, kept: State, wanted: State, listener: Listener) -> Lab:
        if kept != wanted:
            raise HakitError(
                f"the lab {place.name} is there already, with {kept.nodes} nodes of {kept.release}",
                hint=f"hakit lab down --name {place.name}, or another --name",
                code=ExitCode.USAGE,
            )
        lab = cls(place, kept)
        if lab.healthy():
            listener.hear(Note(f"the lab {place.name} is up already; nothing to do"))
        else:
            listener.hear(Note(f"the lab {place.name} is there but not whole; repairing it", warning=True))
            lab.repair(listener)
        return lab

    def _build(self, listener: Listener) -> None:
        listener.hear(StageStarted(f"lab {self.layout.name}", 2 + 2 * len(self.hosts) + len(self._switched())))
        state.save(self.layout, self._state)
        _step(listener, "keys and networks", "", self._lay)
        self._serve(listener)
        self._each(lambda host: _step(listener, "power on", host.name, lambda: self._start(host)))
        ready.wait(self.layout, self.hosts, listener)
        self._state = replace(self._state, built=True)
        state.save(self.layout, self._state)

    def _lay(self) -> None:
        access.make(self.layout, self.hosts, managed=self._state.managed)
        if self._state.fencing:
            switches.make_secret(self.layout)
        secret = self.layout.bmc_secret.name if self._state.fencing else ""
        self.layout.spec.write_text(specfile.text(self.nodes, secret=secret, qnetd=self._state.qnetd))
        self._networks()

    def _networks(self) -> None:
        network.build(self.layout, layout.client())
        if self._state.managed:
            network.manage(self.layout, layout.client(), [layout.bmc(host) for host in self._switched()])

    def _switched(self) -> tuple[Host, ...]:
        return self.nodes if self._state.fencing else ()

    def _serve(self, listener: Listener) -> None:
        """Start what serves the nodes and doesn't run: the origin server, the power switches."""
        if not power.origin_runs(self.layout):
            _step(listener, "origin server", CLIENT, lambda: power.start_origin(self.layout))
        for host in self._switched():
            if not power.switch_listens(self.layout, host):
                _step(listener, "power switch", host.name, lambda host=host: power.start_switch(self.layout, host))  # type: ignore[misc]

    def _start(self, host: Host) -> None:
        everyone = (*self.hosts, layout.client())
        power.on(self.layout, host, everyone, self._state.base, managed=self._state.managed)

    def _each(self, act: Callable[[Host], T]) -> list[T]:
        with ThreadPoolExecutor(len(self.hosts)) as pool:
            return list(pool.map(act, self.hosts))

    def _host(self, name: str) -> Host:
        for host in self.hosts:
            if host.name == name:
                return host
        known = ", ".join(host.name for host in self.hosts)
        raise HakitError(f"the lab {self.layout.name} has no node {name}, only {known}", code=ExitCode.USAGE)


@contextmanager
def _locked(place: Layout, listener: Listener) -> Iterator[None]:
    """Hold the lab's folder, made if need be; looks again when it went away while waiting for it."""
    while True:
        place.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        with locks.held(place.folder, listener, f"the lab {place.name}") as same:
            if same():
                yield
                return


def _step(listener: Listener, title: str, host: str, act: Callable[[], object]) -> None:
    """Do it, and tell when it began and how long it took."""
    listener.hear(StepStarted(title, host))
    start = time.monotonic()
    try:
        act()
    except BaseException:
        listener.hear(StepDone(title, host, time.monotonic() - start, ok=False))
        raise
    listener.hear(StepDone(title, host, time.monotonic() - start, ok=True))
