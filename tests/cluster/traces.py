"""What of a lab is on this machine: everything that `hakit lab down` has to take away."""

from __future__ import annotations

from pathlib import Path

from hakit.lab.layout import Layout

LOCKS = Path("/run/systemd/nspawn/locks")


def traces(place: Layout) -> set[str]:
    """Name every mount, namespace, cgroup, process, unit and file that carries the lab's name or lies in its folder."""
    return {
        *_mounts(place),
        *_processes(place),
        *_named(place, Path("/sys/fs/cgroup")),
        *(str(path) for path in Path("/run/netns").glob(f"{place.namespace}*")),
        *(str(path) for path in Path("/run/systemd").glob(f"*/**/{place.namespace}*")),
        *([str(place.folder)] if place.folder.exists() else []),
    }


def locks_of_nspawn(place: Layout) -> dict[Path, int]:
    """Return the lock files that systemd-nspawn keeps for the roots of the lab's running nodes, each with its inode.

    The files are named after the root's device and inode (inode-DEVICE:INODE), which another lab may get later: whether
    one is still there is told by the lock's own inode (`is_there`).
    """
    roots = (root.stat() for root in place.folder.glob("nodes/*/root"))
    names = (LOCKS / f"inode-{root.st_dev}:{root.st_ino}" for root in roots)
    return {path: path.stat().st_ino for path in names if path.exists()}


def is_there(lock: Path, inode: int) -> bool:
    """Tell whether that lock file, not another of its name, is there."""
    try:
        return lock.stat().st_ino == inode
    except FileNotFoundError:
        return False


def _mounts(place: Layout) -> set[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return {line for line in lines if f"{place.folder}/" in line or f"/{place.namespace}" in line}


def _processes(place: Layout) -> set[str]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_text().replace("\0", " ")
            group = (folder / "cgroup").read_text()
            dead = (folder / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            continue
        # What is dead has only not been buried by this machine's PID 1, which may take its time.
        if not dead and (place.namespace in words or f"{place.folder}/" in words or place.namespace in group):
            found.add(f"process {folder.name}: {words}")
    return found


def _named(place: Layout, top: Path) -> set[str]:
    return {str(path) for pattern in ("*", "*/*", "*/*/*") for path in top.glob(f"{pattern}/{place.namespace}*")} | {
        str(path) for path in top.glob(f"{place.namespace}*")
    }
