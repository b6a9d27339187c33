"""The lab on a machine whose PID 1 is systemd, with unified cgroups: such a machine is booted, and runs one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hakit
from hakit.core import Command, Outcome, SystemClock, Tape, wait_until
from hakit.lab import layout, leftovers, mounts, processes, rootfs
from hakit.lab.keep import keeper
from hakit.lab.lab import Lab
from hakit.lab.layout import Layout
from hakit.lab.recipe import Release
from hakit.run import machine

PACKAGES = ("systemd", "systemd-sysv", "systemd-container", "dbus", "iproute2", "openssh-client", "python3")
RELEASE = Release(os.environ.get("HAKIT_TEST_RELEASES", "bookworm").replace(",", " ").split()[0])
CHECKOUT = Path(hakit.__file__).parents[1]


class Machine:
    """A container that stands for a whole machine: its own systemd, cgroups and network, and no way out."""

    def __init__(self, place: Layout) -> None:
        self.place = place

    def boot(self) -> None:
        """Boot it on a layer of its own, with this Python, the checkout and the cache as they are here."""
        base = rootfs.ensure(RELEASE, Tape(), PACKAGES)
        root, labs = self.place.folder / "root", self.place.folder / "labs"
        for part in ("upper", "work", "root", "labs"):
            (self.place.folder / part).mkdir(parents=True, exist_ok=True)
        layers = f"lowerdir={base},upperdir={self.place.folder / 'upper'},workdir={self.place.folder / 'work'}"
        machine.must(Command(("mount", "-t", "overlay", "-o", layers, "overlay", str(root))))
        (root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
        # An overlay can't lie on an overlay: the labs' layers are on the real disk.
        read_only = {CHECKOUT, Path(sys.prefix), Path(sys.base_prefix), rootfs.cache().parent} - {Path("/usr")}
        argv = (
            "systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network",
            f"--directory={root}", f"--machine={self.place.unit('machine')}", "--hostname=outer",
            "--capability=all", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
            f"--bind={labs}:/var/lib/hakit/labs", *(f"--bind-ro={path}" for path in sorted(read_only)),
        )  # fmt: skip
        env = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "1"}
        keeper().start(self.place, "machine", argv, env)
        wait_until(
            "the machine has booted",
            self._state,
            {"running", "degraded"}.__contains__,
            clock=SystemClock(),
            timeout=60,
            every=0.3,
            in_a_row=1,
        )

    def _state(self) -> str:
        return self.run("systemctl", "is-system-running").stdout.strip()

    def run(self, *argv: str, timeout: float = 60) -> Outcome:
        """Run a command in it."""
        leader = processes.leader(keeper().groups(self.place, "machine"))
        if leader is None:
            return machine.run(Command(("false",)))
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        words = ("nsenter", f"--target={leader}", "--all", "--", "env", "-i", "-C", "/", path, *argv)
        return machine.run(Command(words, timeout=timeout))

    def hakit(self, *argv: str, timeout: float = 120) -> Outcome:
        """Run hakit in it, with this test's Python and code."""
        return self.run(
            "env", f"PYTHONPATH={CHECKOUT}", f"HAKIT_CACHE={rootfs.cache().parent}",
            sys.executable, "-m", "hakit", *argv, timeout=timeout,
        )  # fmt: skip


@pytest.fixture(scope="module")
def outer() -> Iterator[Machine]:
    """The machine, booted; taken away afterwards."""
    rootfs.ensure(RELEASE, Tape())  # it has no way to the archive, so it finds the nodes' root in the cache
    place = layout.layout(f"test-outer-{os.getpid()}")
    place.folder.mkdir(parents=True)
    it = Machine(place)
    try:
        it.boot()
        yield it
    finally:
        leftovers.stop(place)
        mounts.remove_tree(place.folder)


def seen(outer: Machine) -> str:
    """Say what may have been left: units, cgroups, mounts, namespaces, files."""
    looks = (
        ("systemctl", "list-units", "--all", "--plain", "--no-legend", "hakit*"),
        ("find", "/sys/fs/cgroup", "-name", "*hakit*"),
        ("grep", "-c", "hakit/labs/", "/proc/mounts"),
        ("find", "/run/netns", "/run/systemd", "-name", "*hakit*"),
        ("find", "/var/lib/hakit/labs", "-mindepth", "1", "-maxdepth", "1"),
    )
    running = processes.members(keeper().groups(outer.place, "machine"))
    words = [_words(pid) for pid in sorted(running)]
    of_labs = [word for word in words if "hakit.lab" in word or "hakit/labs" in word]
    return "\n".join([*(outer.run(*look).stdout.strip() for look in looks), *of_labs])


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:  # it has just ended
        return ""


def test_up_use_power_down(outer: Machine) -> None:
    assert outer.run("stat", "--format=%T", "--file-system", "/sys/fs/cgroup").stdout.strip() == "cgroup2fs"
    before = seen(outer)

    up = outer.hakit("lab", "up", timeout=200)
    assert up.code == 0, up.explain()
    assert "export HAKIT_SSH_CONFIG=" in up.stdout
    assert outer.run("systemctl", "is-active", "hakit.lab.qsp-a.service").stdout.strip() == "active"
    config = "/var/lib/hakit/labs/lab/ssh_config"
    assert outer.run("ssh", "-F", config, "qsp-b", "hostname").stdout.strip() == "qsp-b"
    page = outer.hakit(
        "lab",
        "shell",
        "qsp-a",
        "curl",
        "--silent",
        "--proxy",
        "192.168.233.12:3128",
        "http://192.168.233.139:8000/numbered/7",
    )
    assert page.stdout == "7\n", page.explain()

    # Power cut, noticed and repaired by the next up; a node's own reboot.
    told = json.loads(outer.hakit("lab", "status", "--json").stdout)
    kill = "import os, sys; os.kill(int(sys.argv[1]), 9)"
    assert outer.run(sys.executable, "-c", kill, str(told["nodes"][0]["leader"])).ok
    assert outer.hakit("lab", "status").code == 1
    again = outer.hakit("lab", "up", timeout=200)
    assert again.code == 0, again.explain()
    outer.run("ssh", "-F", config, "qsp-b", "touch /run/this-boot; systemctl reboot")
    wait_until(
        "qsp-b has rebooted",
        lambda: outer.run("ssh", "-F", config, "-o", "ConnectTimeout=3", "qsp-b", "test ! -e /run/this-boot").code,
        lambda code: code == 0,
        clock=SystemClock(),
        timeout=180,  # Debian 12's pcsd sometimes doesn't end by SIGTERM, and systemd then waits for it for 90 s
    )

    down = outer.hakit("lab", "down")
    assert down.code == 0, down.explain()
    assert seen(outer) == before


def test_a_killed_up_is_cleaned_up(outer: Machine) -> None:
    before = seen(outer)
    outer.run(
        "timeout",
        "--signal=KILL",
        "2",
        "env",
        f"PYTHONPATH={CHECKOUT}",
        f"HAKIT_CACHE={rootfs.cache().parent}",
        sys.executable,
        "-m",
        "hakit",
        "lab",
        "up",
    )
    assert seen(outer) != before
    assert outer.hakit("lab", "down").code == 0
    assert seen(outer) == before


def test_lab_of_this_machine_is_another(outer: Machine) -> None:
    assert outer.place.name in Lab.names()
    assert outer.hakit("lab", "status").code == 4
