"""A release's drbd-utils as a layer over its root: unpacked once, kept beside the roots, installed nowhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hakit.lab import archive, rootfs

# What a package may still have at the top, though in its release's root that is a link into /usr.
_MERGED = ("lib", "sbin")


def layer(release: str, root: Path, scratch: Path) -> Path:
    """Return the layer's folder, which fits over that root."""
    place = rootfs.cache() / f"{release}-drbd-utils"
    if not place.is_dir():
        half = scratch / "drbd-utils"
        subprocess.run(("dpkg-deb", "--extract", str(_package(release, scratch)), str(half)), check=True)
        for name in _MERGED:
            if (half / name).is_dir() and (root / name).is_symlink():
                shutil.copytree(half / name, half / "usr" / name, dirs_exist_ok=True, symlinks=True)
                shutil.rmtree(half / name)
        shutil.move(half, place)
    return place


def _package(release: str, scratch: Path) -> Path:
    found = archive.find()
    if found is None:
        pytest.skip("this machine's apt has no Debian archive to take drbd-utils from")
    for folder in ("lists", "cache"):
        (scratch / folder).mkdir()
    sources = scratch / "sources.list"
    sources.write_text(f"{found.line(release)}\n")
    options = (
        f"Dir::Etc::SourceList={sources}", "Dir::Etc::SourceParts=/dev/null", f"Dir::State::Lists={scratch}/lists",
        f"Dir::Cache={scratch}/cache", "APT::Sandbox::User=root", "Acquire::Languages=none",
    )  # fmt: skip
    apt = ("apt-get", "--quiet", *(word for option in options for word in ("--option", option)))
    for command in (("update",), ("download", "drbd-utils")):
        subprocess.run((*apt, *command), check=True, cwd=scratch, stdin=subprocess.DEVNULL, timeout=300)
    (package,) = scratch.glob("drbd-utils_*.deb")
    return package
