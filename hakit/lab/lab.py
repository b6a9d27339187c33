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
    kinds,
    layout,
    leftovers,
    locks,
    network,
    node,
    power,
    ready,
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
        self._kind = kinds.kind(vm=kept.vm, whole=kept.whole)

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
        vm: bool | None = None,
        whole: bool | None = None,
    ) -> Lab:
        """Make the lab, or repair it, or find it healthy; returns when every node is ready. Raises HakitError.

        What an `up` that was stopped half way left is taken away first, and a failing one takes away its own.
        Two containers with bookworm, without power switches and quorum device, unless said otherwise or already so.
        `more` packages, in a lab without those, make a root file system of their own. `vm`: virtual machines;
        where there is no KVM their kernels are programs, without a watchdog of hardware, unless they shall be `whole`.
        """
        rootfs.need_root()
        place = layout.layout(name, folder)
        with _locked(place, listener):
            kept = state.load(place)
            if kept and kept.built:
                machines = kept.vm if vm is None else vm
                asked = replace(
                    kept,
                    release=release or kept.release,
                    nodes=nodes or kept.nodes,
                    vm=machines,
                    whole=kept.whole if whole is None else whole,
                )
                return cls._again(place, kept, safety.of(asked) if safety else asked, listener)
            leftovers.clear(place)
            try:
                hosts = len(layout.hosts(2 if nodes is None else nodes))
                state_ = State(release or Release.BOOKWORM, hosts, Path(), vm=vm is True, whole=whole is True)
                wanted = (safety or Safety()).of(state_)
                kind = kinds.kind(vm=wanted.vm, whole=wanted.whole)
                kind.need()
                lab = cls(place, replace(wanted, base=kind.base(wanted, more, listener)))
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
        """All that boot: the nodes, and the host of the quorum device if there is one."""
        return (*self.nodes, *((self.witness,) if self.witness else ()))

    @property
    def vm(self) -> bool:
        """Whether the nodes are virtual machines."""
        return self._state.vm

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
        return self._kind.enter(self.layout, name, leader, argv)

    def leader(self, name: str) -> int | None:
        """Return the process that is the node (a container's PID 1), as this machine numbers it, or None when it is off."""
        return self._kind.leader(self.layout, self._host(name).name)

    def ask(self, host: Host) -> ready.Seen:
        """Ask a node how it is."""
        return ready.look(self.layout, host, self._kind.patience)

    def power_off(self, name: str) -> None:
        """Take a node's power away: cables dead and every process killed, without a word to the others."""
        power.off(self.layout, self._host(name).name)

    def power_on(self, name: str, listener: Listener = DEAF) -> None:
        """Boot a node that is off, with the disk it had, and wait until it is ready."""
        if self.leader(name) is None:
            self._start(self._host(name))
        self._await([self._host(name)], listener)

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
        self._kind.plug(self.layout, self._host(name).name, ring, carrier=True)

    def carrier(self, name: str, ring: int, *, up: bool) -> None:
        """Pull or plug a node's cable of a ring."""
        self._kind.plug(self.layout, self._host(name).name, ring, carrier=up)

    def freeze(self, name: str) -> None:
        """Let nothing in a node run, as on a machine that hangs; a container's network card still answers."""
        self._kind.freeze(self.layout, self._host(name).name, frozen=True)

    def thaw(self, name: str) -> None:
        """Let a frozen node run again; fine when it does."""
        self._kind.freeze(self.layout, self._host(name).name, frozen=False)

    def reset(self, listener: Listener = DEAF) -> None:
        """Make every node as new: power off, forget its own layer, its disks and its cuts, boot. Keys stay."""
        listener.hear(StageStarted("reset", len(self.hosts)))

        def forget(host: Host) -> None:
            self.power_off(host.name)
            node.erase(self.layout, host.name)

        self._each(forget)
        self._kind.forget(self.layout)
        self._each(self._start)
        self._serve(listener)
        self._await(self.hosts, listener)

    def healthy(self) -> bool:
        """Say whether networks, origin and nodes are all there and ready."""
        return (
            self._kind.cabled(self.layout, self.hosts)
            and power.origin_runs(self.layout)
            and all(power.switch_listens(self.layout, host) for host in self._switched())
            and all(self.leader(host.name) for host in self.hosts)
            and all(self._each(lambda host: self.ask(host).ready))
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
        self._await(self.hosts, listener)

    @classmethod
    def _again(cls, place: Layout, kept: State, wanted: State, listener: Listener) -> Lab:
        if kept != wanted:
            words = kinds.kind(vm=kept.vm).words
            raise HakitError(
                f"the lab {place.name} is there already, with {kept.nodes} nodes of {kept.release} in {words}",
                hint=f"hakit lab down --name {place.name}, or another --name",
                code=ExitCode.USAGE,
            )
        lab = cls(place, kept)
        lab._kind.need()
        if lab.healthy():
            listener.hear(Note(f"the lab {place.name} is up already; nothing to do"))
        else:
            listener.hear(Note(f"the lab {place.name} is there but not whole; repairing it", warning=True))
            lab.repair(listener)
        return lab

    def _build(self, listener: Listener) -> None:
        listener.hear(StageStarted(f"lab {self.layout.name}", 2 + 2 * len(self.hosts) + len(self._switched())))
        state.save(self.layout, self._state)
        self._kind.prepare(self.layout, self._state.base, listener)
        _step(listener, "keys and networks", "", self._lay)
        self._serve(listener)
        self._each(lambda host: _step(listener, "power on", host.name, lambda: self._start(host)))
        self._await(self.hosts, listener)
        self._state = replace(self._state, built=True)
        state.save(self.layout, self._state)

    def _lay(self) -> None:
        access.make(self.layout, self.hosts, managed=self._state.managed)
        if self._state.fencing:
            switches.make_secret(self.layout)
        secret = self.layout.bmc_secret.name if self._state.fencing else ""
        slow = self._kind.slow(self.layout)
        self.layout.spec.write_text(specfile.text(self.nodes, secret=secret, qnetd=self._state.qnetd, slow=slow))
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
        self._kind.on(self.layout, host, everyone, self._state)

    def _await(self, hosts: Sequence[Host], listener: Listener) -> None:
        ready.wait(self.layout, hosts, self._kind.patience, listener)

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
