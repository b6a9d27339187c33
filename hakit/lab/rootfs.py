"""Debian root file systems, built once by mmdebstrap and kept for every lab."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from hakit.core.action import Command
from hakit.core.errors import HakitError
from hakit.core.event import Listener, Note, Progress, StepDone, StepStarted
from hakit.core.outcome import CommandFailed
from hakit.lab import archive, locks, mounts, recipe
from hakit.lab.recipe import Release
from hakit.run import machine

# What apt says of a suite that its archive does not have.
_NO_SUITE = "does not have a Release file"
_TITLE = "Debian root"
_STAGES = {
    "running apt-get update": 2,
    "downloading packages": 12,
    "extracting archives": 25,
    "installing essential": 35,
    "installing remaining": 45,
    "cleaning package lists": 95,
    "success": 100,
}


class SuiteMissing(HakitError):
    """The archive that this machine's apt uses does not have the release."""

    def __init__(self, release: Release) -> None:
        super().__init__(
            f"this machine's Debian archive does not have {release}",
            hint="an old release moves to another archive in time: name one that has it in /etc/apt/sources.list.d",
        )


def cache() -> Path:
    """Return the folder that holds built roots: $HAKIT_CACHE/rootfs, or the system's place."""
    return Path(os.environ.get("HAKIT_CACHE", "/var/cache/hakit")) / "rootfs"


def path(release: Release, packages: Sequence[str] = recipe.PACKAGES) -> Path:
    """Return where the root of a release is or would be."""
    return cache() / f"{release}-{recipe.digest(release, packages)}"


def ensure(release: Release, listener: Listener, packages: Sequence[str] = recipe.PACKAGES) -> Path:
    """Return the root file system of a release with these packages, building it first if need be (a minute or two).

    It is built beside its place and renamed when complete, so what is there is whole; one builds while others
    wait. Nobody may write to it: it is the lower layer of every node. Raises SuiteMissing, HakitError.
    """
    place = path(release, packages)
    if place.is_dir():
        return place
    cache().mkdir(parents=True, exist_ok=True)
    with locks.held(cache() / f"{place.name}.lock", listener, f"building Debian {release}"):
        if not place.is_dir():
            build(release, packages, place, listener)
    return place


def ensure_safety(release: Release, listener: Listener) -> Path:
    """Return the root of a release that also has what fencing and quorum devices need: a copy of the other, and more."""
    more = recipe.safety(release)
    place = path(release, (*recipe.PACKAGES, *more))
    base = ensure(release, listener)
    with locks.held(cache() / f"{place.name}.lock", listener, f"building Debian {release}"):
        if not place.is_dir():
            build(release, more, place, listener, base)
    return place


def build(release: Release, packages: Sequence[str], place: Path, listener: Listener, base: Path | None = None) -> None:
    """Build a root at its place, from nothing or from a copy of another. Raises SuiteMissing, HakitError."""
    need({"mmdebstrap": "mmdebstrap", "setpriv": "util-linux"}, "debian-archive-keyring")
    half = place.with_name(f"{place.name}.building")
    mounts.remove_tree(half)
    listener.hear(Note(f"installing Debian {release} into {place}, once; this takes a minute or two"))
    listener.hear(StepStarted(_TITLE, release, f"no {release} root for this recipe in {cache()}"))
    start = time.monotonic()
    try:
        outcome = machine.watch(_command(release, packages, half, base), lambda line: _tell(line, listener))
        listener.hear(StepDone(_TITLE, release, time.monotonic() - start, outcome.ok, (outcome,)))
        if _NO_SUITE in outcome.stderr:
            raise SuiteMissing(release)
        if not outcome.ok:
            raise CommandFailed(outcome, hint="does `apt-get update` reach this machine's Debian archive?")
        _finish(half)
        half.rename(place)
    finally:
        mounts.remove_tree(half)


def extract(release: Release, packages: Sequence[str], place: Path, listener: Listener) -> None:
    """Unpack packages of a release, with what they depend on, into a folder that is no root. Raises SuiteMissing, HakitError."""
    need({"mmdebstrap": "mmdebstrap", "setpriv": "util-linux"}, "debian-archive-keyring")
    outcome = machine.watch(
        _command(release, packages, place, None, variant="extract"), lambda line: _tell(line, listener)
    )
    if _NO_SUITE in outcome.stderr:
        raise SuiteMissing(release)
    if not outcome.ok:
        raise CommandFailed(outcome, hint="does `apt-get update` reach this machine's Debian archive?")


def _tell(line: str, listener: Listener) -> None:
    """Turn what mmdebstrap says into how far it has come: the share of the time behind each of its stages."""
    for stage, percent in _STAGES.items():
        if line.startswith(f"I: {stage}"):
            listener.hear(Progress(_TITLE, percent, 100))


def sweep() -> None:
    """Delete what killed builds left in the cache; one that is being made is let be.

    A cache that can't be written to is another machine's: what is made there is its own to delete.
    """
    for half in cache().glob("*.building") if os.access(cache(), os.W_OK) else ():
        with locks.tried(half.with_suffix(".lock")) as mine:
            if mine:
                mounts.remove_tree(half)


def need_root() -> None:
    """Raise HakitError unless this is Linux and we are root."""
    if not sys.platform.startswith("linux"):
        raise HakitError("the lab needs Linux: it boots Debian nodes", hint="use any Linux machine, as root")
    if os.geteuid() != 0:
        raise HakitError("the lab needs root: it makes namespaces, mounts and nodes", hint="sudo hakit lab …")


def need(programs: Mapping[str, str], *more: str) -> None:
    """Raise HakitError with the line that installs them, and `more`, when programs (to their packages) are missing."""
    where = machine.environment()["PATH"]
    missing = [package for program, package in programs.items() if not shutil.which(program, path=where)]
    if missing:
        raise HakitError(
            f"not installed on this machine: {', '.join(missing)}",
            hint=f"apt-get install --no-install-recommends {' '.join((*missing, *more))}",
        )


def _command(
    release: Release, packages: Sequence[str], target: Path, base: Path | None, *, variant: str = "minbase"
) -> Command:
    """Compose the mmdebstrap call. With a `base` it goes on from a copy of that root.

    It runs in a process and a mount namespace of its own and is bound to our life: should we be killed, then
    so is everything that it started, and its mounts go with it (unshare(1) --kill-child, setpriv(1) --pdeathsig).
    """
    found = archive.find()
    copied = () if base is None else (f'--setup-hook=cp -a {shlex.quote(str(base))}/. "$1"',)
    settings = archive.carried(machine.run(Command(("apt-config", "dump"))).stdout) if found else []
    return Command(
        (
            "setpriv", "--pdeathsig", "KILL", "--",
            "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            "mmdebstrap",
            "--mode=root", f"--variant={'custom' if base else variant}", "--format=directory", *copied,
            f"--include={','.join(packages)}",
            "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*",
            "--dpkgopt=path-exclude=/usr/share/doc/*",
            *(f"--aptopt={setting}" for setting in settings),
            release, str(target),
            *((found.line(release),) if found else ()),
        ),
        timeout=1800,
    )  # fmt: skip


def _finish(root: Path) -> None:
    """Mask what a node has no use for, and forget what must not be the same on two machines."""
    for unit in recipe.MASKED:
        (root / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")
    journald = root / "etc/systemd/journald.conf.d/hakit-lab.conf"
    journald.parent.mkdir(parents=True, exist_ok=True)
    journald.write_text(recipe.JOURNALD)
    (root / "var/log/journal").mkdir(exist_ok=True)
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    # The archive's options and address, and this machine's resolver, were for building; a node has no way to them.
    for left in (
        *(root / "etc/apt/apt.conf.d").glob("99mmdebstrap"),
        root / "etc/apt/sources.list",
        root / "etc/resolv.conf",
    ):
        left.unlink(missing_ok=True)
    (root / "etc/machine-id").write_text("")
