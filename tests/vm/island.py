"""A place with a libvirtd, a network and processes of its own, and no way out; it ends with one process, whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hakit.lab import processes
from hakit.run import machine
from tests.vm import first

FIRST = Path(first.__file__)
_PROGRAMS = ("vagrant", "libvirtd", "virsh", "dnsmasq", "iptables")
MISSING = [program for program in _PROGRAMS if shutil.which(program, path=machine.environment()["PATH"]) is None]
NEEDS = f"needs {', '.join(MISSING)} (make vm-deps installs them on Debian)"


class Island:
    """Runs programs in the namespaces."""

    def __init__(self, folder: Path, holder: int, env: Mapping[str, str]) -> None:
        self.folder, self._env = folder, env
        self.network = Path(f"/proc/{holder}/ns/net")
        self._spaces = tuple(
            f"--{option}=/proc/{holder}/ns/{name}"
            for option, name in (("net", "net"), ("mount", "mnt"), ("pid", "pid_for_children"))
        )

    def argv(self, *argv: str) -> tuple[str, ...]:
        """Return the command line that runs another in here."""
        return ("nsenter", *self._spaces, "--", *argv)

    def run(
        self, *argv: str, timeout: float, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            self.argv(*argv), input=stdin, capture_output=True, text=True, check=False, timeout=timeout,
            env={**os.environ, **self._env, **(env or {})},
        )  # fmt: skip

    def must(self, *argv: str, timeout: float, env: Mapping[str, str] | None = None) -> str:
        """Run it, insist on exit code 0 and return what it printed."""
        start = time.monotonic()
        done = self.run(*argv, timeout=timeout, env=env)
        sys.stderr.write(f"island: {' '.join(argv)[:100]}: {done.returncode}, {time.monotonic() - start:.1f} s\n")
        assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@contextmanager
def island(folder: Path, env: Mapping[str, str]) -> Iterator[Island]:
    """Make an island whose files are in the folder; `env` is for what runs in it. Nothing of it stays but the files."""
    made = [Path(place) for place in first.PLACES if not Path(place).exists()]
    for place in made:
        place.mkdir(parents=True)
    # Should we be killed, then so is unshare, with it the first process, and with that everything
    # (setpriv(1) --pdeathsig, unshare(1) --kill-child, pid_namespaces(7)).
    argv = (
        "setpriv", "--pdeathsig", "KILL", "--",
        "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
        sys.executable, "-I", "-S", str(FIRST), str(folder),
    )  # fmt: skip
    try:
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as holder:
            try:
                found = Island(folder, holder.pid, env)
                _await(found, holder)
                yield found
            finally:
                _end(holder)
    finally:
        for place in reversed(made):
            place.rmdir()


def _end(holder: subprocess.Popen[bytes]) -> None:
    """Kill the first process; the kernel says that it has ended when all the others have."""
    try:
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        for child in children:
            processes.kill(int(child))
        holder.wait(timeout=60)
    finally:
        holder.kill()


def _await(found: Island, holder: subprocess.Popen[bytes]) -> None:
    """Wait until libvirtd answers."""
    end = time.monotonic() + 30
    while found.run("virsh", "--connect=qemu:///system", "list", timeout=30).returncode:
        log = found.folder / "libvirtd.log"
        assert holder.poll() is None and time.monotonic() < end, log.read_text() if log.exists() else "it did not start"
        time.sleep(0.3)  # noqa: TID251 - a test's own wait
