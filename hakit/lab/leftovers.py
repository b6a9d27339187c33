"""Taking a lab away, whole or half-made, by its name alone."""

from __future__ import annotations

from pathlib import Path

from hakit.lab import mounts, network, processes
from hakit.lab.keep import keeper
from hakit.lab.layout import Layout

# systemd-nspawn makes these per container and, when it is killed, leaves them.
_NSPAWN = ("propagate", "unix-export")


def exist(layout: Layout) -> bool:
    """Say whether there is anything of the lab."""
    return layout.folder.exists() or bool(network.namespaces(layout)) or bool(keeper().groups(layout))


def stop(layout: Layout) -> None:
    """End the lab's processes and remove its cgroups and namespaces; its files stay."""
    kept = keeper()
    nets = [Path("/run/netns") / name for name in network.namespaces(layout)]
    for leader in processes.leaders(kept.groups(layout)):
        processes.kill(leader)
    processes.end(lambda: processes.members(kept.groups(layout)) | processes.networked(nets), patience=2.0)
    kept.clear(layout)
    network.remove(layout)
    for folder in _NSPAWN:
        for place in (Path("/run/systemd/nspawn") / folder).glob(f"{layout.namespace}.*"):
            mounts.remove_tree(place)


def clear(layout: Layout) -> None:
    """Remove all of the lab but its empty folder."""
    stop(layout)
    mounts.unmount_below(layout.folder)
    if layout.folder.is_dir():
        for place in layout.folder.iterdir():
            if place.is_dir():
                mounts.remove_tree(place)
            else:
                place.unlink()


def remove(layout: Layout) -> None:
    """Remove all of the lab."""
    clear(layout)
    if layout.folder.is_dir():
        layout.folder.rmdir()
