"""Keeping containers: under this machine's systemd where it is PID 1, in cgroups of our own where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from hakit.core.action import Command
from hakit.core.errors import HakitError
from hakit.lab import processes
from hakit.lab.layout import Layout
from hakit.run import machine

CGROUPS = Path("/sys/fs/cgroup")
# What systemd-nspawn ends with when its container wants to be booted again (systemd-nspawn@.service says so too).
REBOOT = 133


class Keeper(Protocol):
    """Starts a lab's processes so that they outlive us and can all be found again."""

    def start(self, layout: Layout, host: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Start a program as the process of a host, detached, its output added to the host's log."""

    def groups(self, layout: Layout, host: str = "") -> list[Path]:
        """Return the cgroups that hold the host's processes, or the lab's with no host; those that exist."""

    def clear(self, layout: Layout, host: str = "") -> None:
        """Forget what is left of the host (of the lab with no host), whose processes have ended."""


class SystemdUnits:
    """Every host is a transient service with a delegated cgroup."""

    def start(self, layout: Layout, host: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Start it as `hakit.LAB.HOST.service`."""
        unit = f"{layout.unit(host)}.service"
        # KillMode: the container's own systemd ends its processes; ours must not signal them one by one
        # (systemd-nspawn@.service has it so, and delegates its cgroup likewise).
        properties = (
            "Delegate=yes",
            "KillMode=mixed",
            "TasksMax=infinity",
            f"RestartForceExitStatus={REBOOT}",
            f"SuccessExitStatus={REBOOT}",
            f"StandardOutput=append:{layout.log(host)}",
        )
        machine.must(
            Command(
                (
                    "systemd-run", "--quiet", "--collect", f"--unit={unit}", f"--description=hakit lab {layout.name}: {host}",
                    "--service-type=exec", "--property=StandardError=inherit",
                    *(f"--property={value}" for value in properties),
                    *(f"--setenv={name}={value}" for name, value in env.items()),
                    "--", *argv,
                )
            )
        )  # fmt: skip

    def groups(self, layout: Layout, host: str = "") -> list[Path]:
        """Look below every hierarchy's system.slice, where transient services are."""
        pattern = f"{layout.unit(host)}.service" if host else f"{layout.namespace}.*.service"
        return [place for root in _hierarchies() for place in sorted((root / "system.slice").glob(pattern))]

    def clear(self, layout: Layout, host: str = "") -> None:
        """Stop and forget the units; `--collect` has systemd drop those that failed."""
        pattern = f"{layout.unit(host)}.service" if host else f"{layout.namespace}.*.service"
        machine.run(Command(("systemctl", "stop", "--", pattern)))
        machine.run(Command(("systemctl", "reset-failed", "--", pattern)))


class OwnCgroups:
    """Every host has a cgroup of its own in each hierarchy that systemd uses.

    Sharing one, the systemd of one container would meet the other's processes: "Failed to kill control group".
    """

    def start(self, layout: Layout, host: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Make the cgroups and start the program as their member."""
        self.clear(layout, host)
        made = [root / layout.namespace / host for root in _hierarchies()]
        if not made:
            raise HakitError(
                "no cgroup hierarchy that systemd could use is mounted",
                hint="mount -t cgroup2 none /sys/fs/cgroup",
            )
        for group in made:
            group.mkdir(parents=True, exist_ok=True)
        machine.spawn(argv, log=layout.log(host), cgroups=made, env=env, again_on=REBOOT)

    def groups(self, layout: Layout, host: str = "") -> list[Path]:
        """Return our own cgroups."""
        places = [root / layout.namespace / host for root in _hierarchies()]
        return [place for place in places if place.is_dir()]

    def clear(self, layout: Layout, host: str = "") -> None:
        """Remove our cgroups, the deepest first."""
        for place in self.groups(layout, host):
            for group in sorted(processes.tree(place), reverse=True):
                group.rmdir()


def keeper() -> Keeper:
    """Choose by whether systemd is this machine's PID 1: then it listens at its own socket.

    That /run/systemd/system exists, which sd_booted(3) goes by, is not enough: whoever writes a drop-in makes it.
    """
    return SystemdUnits() if Path("/run/systemd/private").is_socket() else OwnCgroups()


def hierarchies(mounted: str) -> list[Path]:
    """Return where the cgroup hierarchies that systemd uses are, given /proc/mounts: the unified one, `name=systemd`."""
    found = []
    for line in mounted.splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
            found.append(Path(place))
    return [place for place in found if place == CGROUPS or CGROUPS in place.parents]


def _hierarchies() -> list[Path]:
    return hierarchies(Path("/proc/self/mounts").read_text())
