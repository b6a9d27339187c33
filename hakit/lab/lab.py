"""A lab: real Debian nodes on this machine, as one object for the command line, tests, benches and drills."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hakit.core.clock import SystemClock, wait_until
from hakit.core.errors import ExitCode, HakitError
from hakit.core.event import Listener, Note, StageStarted, StepDone, StepStarted
from hakit.lab import access, layout, leftovers, locks, network, node, processes, ready, rootfs, specfile, state
from hakit.lab.keep import keeper
from hakit.lab.layout import CLIENT, ORIGIN_PORT, Host, Layout
from hakit.lab.recipe import Release
from hakit.lab.state import State


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


class _Deaf:
    """Hears nothing."""

    def hear(self, event: object) -> None:
        """Let it pass."""


DEAF: Listener = _Deaf()


class Lab:
    """A lab that is up, or was; made by `up` and `open`."""

    def __init__(self, place: Layout, kept: State) -> None:
        self.layout = place
        self.release = kept.release
        self.nodes: tuple[Host, ...] = layout.hosts(kept.nodes)
        self._state = kept
        self._keeper = keeper()

    @classmethod
    def up(cls, name: str, release: Release, listener: Listener, *, nodes: int = 2, folder: Path | None = None) -> Lab:
        """Make the lab, or repair it, or find it healthy; returns when every node is ready. Raises HakitError.

        What an `up` that was stopped half way left is taken away first.
        """
        layout.hosts(nodes)
        rootfs.need_tools()
        place = layout.layout(name, folder)
        base = rootfs.ensure(release, listener)
        with _locked(place, listener):
            kept = state.load(place)
            if kept and kept.built:
                return cls._again(place, kept, replace(kept, release=release, nodes=nodes), listener)
            leftovers.clear(place)
            kept = State(release, nodes, base)
            state.save(place, kept)
            lab = cls(place, kept)
            try:
                lab._build(listener)
            except BaseException:
                leftovers.remove(place)
                raise
            return lab

    @classmethod
    def open(cls, name: str, folder: Path | None = None) -> Lab:
        """Return the lab of that name. Raises HakitError if there is none."""
        place = layout.layout(name, folder)
        kept = state.load(place)
        if not kept or not kept.built:
            raise HakitError(f"no lab {name} is up", hint=f"hakit lab up --name {name}")
        return cls(place, kept)

    @staticmethod
    def down(name: str, folder: Path | None = None, listener: Listener = DEAF) -> None:
        """Take the lab away, whole or half-made; fine when there is none. Raises HakitError if something stays."""
        place = layout.layout(name, folder)
        with _locked(place, listener):
            leftovers.remove(place)

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
        return network.in_client(self.layout, argv)

    def node_argv(self, name: str, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs another inside a node. Raises HakitError if it is off."""
        leader = self.leader(name)
        if leader is None:
            raise HakitError(f"{name} is off", hint=f"hakit lab up --name {self.layout.name}")
        return ("nsenter", f"--target={leader}", "--all", "--", *argv)

    def leader(self, name: str) -> int | None:
        """Return the node's PID 1 as this machine numbers it, or None when it is off."""
        return processes.leader(self._keeper.groups(self.layout, self._host(name).name))

    def power_off(self, name: str) -> None:
        """Take a node's power away: cables dead and every process gone at once, without a word to the others."""
        network.unplug(self.layout, self._host(name))
        self._kill(name)
        network.take(self.layout, name)

    def power_on(self, name: str, listener: Listener = DEAF) -> None:
        """Boot a node that is off, with the disk it had, and wait until it is ready."""
        self._start(self._host(name))
        ready.wait(self.layout, [self._host(name)], listener)

    def cut(self, name: str, ring: int) -> None:
        """Take a node off a ring's switch; it keeps its carrier."""
        network.cut(self.layout, self._host(name).name, ring)

    def heal(self, name: str, ring: int) -> None:
        """Undo `cut`."""
        network.heal(self.layout, self._host(name).name, ring)

    def carrier(self, name: str, ring: int, *, up: bool) -> None:
        """Pull or plug a node's cable of a ring."""
        network.carrier(self.layout, self._host(name).name, ring, up=up)

    def reset(self, listener: Listener = DEAF) -> None:
        """Make every node as new: power off, forget its own layer, boot. Keys stay."""
        listener.hear(StageStarted("reset", len(self.nodes)))

        def renew(host: Host) -> None:
            self.power_off(host.name)
            node.erase(self.layout, host.name)
            self._start(host)

        self._each(renew)
        ready.wait(self.layout, self.nodes, listener)

    def healthy(self) -> bool:
        """Say whether networks, origin and nodes are all there and ready."""
        there = network.complete(self.layout, self.nodes) and self._origin_runs()
        return (
            there
            and all(self.leader(host.name) for host in self.nodes)
            and all(self._each(lambda host: ready.look(self.layout, host).ready))
        )

    def repair(self, listener: Listener) -> None:
        """Bring back what is missing: networks, origin, nodes that are off. Disks stay as they are."""
        if self.layout.namespace not in network.namespaces(self.layout):
            leftovers.stop(self.layout)
            network.build(self.layout, layout.client())
        if not self._origin_runs():
            self._start_origin()
        dead = [host for host in self.nodes if self.leader(host.name) is None]
        for host in dead:
            listener.hear(Note(f"{host.name} is off; booting it"))
            self.power_off(host.name)
            self._start(host)
        ready.wait(self.layout, self.nodes, listener)

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
            listener.hear(Note(f"the lab {place.name} is there but not whole; repairing it"))
            lab.repair(listener)
        return lab

    def _build(self, listener: Listener) -> None:
        place = self.layout
        listener.hear(StageStarted(f"lab {place.name}", 2 + 2 * len(self.nodes)))
        _step(listener, "keys and networks", "", self._lay)
        _step(listener, "origin server", CLIENT, self._start_origin)
        self._each(lambda host: _step(listener, "power on", host.name, lambda: self._start(host)))
        ready.wait(place, self.nodes, listener)
        self._state = replace(self._state, built=True)
        state.save(place, self._state)

    def _lay(self) -> None:
        access.make(self.layout, self.nodes)
        self.layout.spec.write_text(specfile.text(self.nodes))
        network.build(self.layout, layout.client())

    def _start(self, host: Host) -> None:
        fresh = not (self.layout.node_folder(host.name) / "upper/etc").exists()
        node.mount(self.layout, host.name, self._state.base)
        if fresh:
            node.furnish(self.layout, host, (*self.nodes, layout.client()))
        network.add(self.layout, host)
        self._keeper.start(self.layout, host.name, node.boot_argv(self.layout, host.name), node.ENV)

    def _start_origin(self) -> None:
        self._kill(CLIENT)
        program = Path(__file__).with_name("origin.py")
        serve = (sys.executable, "-I", "-S", str(program), layout.client().addresses[0], str(ORIGIN_PORT))
        self._keeper.start(self.layout, CLIENT, self.client_argv(serve), {})
        wait_until(
            "the origin server runs", self._origin_runs, bool, clock=SystemClock(), timeout=10, every=0.05, in_a_row=1
        )

    def _origin_runs(self) -> bool:
        return bool(processes.members(self._keeper.groups(self.layout, CLIENT)))

    def _kill(self, host: str) -> None:
        groups = lambda: self._keeper.groups(self.layout, host)  # noqa: E731
        processes.end(lambda: processes.members(groups()), first=processes.leader(groups()))
        self._keeper.clear(self.layout, host)

    def _each(self, act: Callable[[Host], object]) -> list[object]:
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            return list(pool.map(act, self.nodes))

    def _host(self, name: str) -> Host:
        for host in self.nodes:
            if host.name == name:
                return host
        known = ", ".join(host.name for host in self.nodes)
        raise HakitError(f"the lab {self.layout.name} has no node {name}, only {known}", code=ExitCode.USAGE)
