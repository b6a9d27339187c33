"""What DRBD, file systems and links do on simulated hosts: strict about everything that could lose somebody's data."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hakit.core import Command

if TYPE_CHECKING:
    from tests.doubles.host import Host

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")
DEVICE, DRBD, NAME, MINOR = "/dev/vdb", "/dev/drbd7788", "squid", 7788
FIND = ("python3", "-I", "-S", "-")


@dataclass(frozen=True)
class Files:
    """A file system: its label, and the files of each directory on it."""

    kind: str
    label: str = ""
    folders: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass
class Store:
    """One host's disk, DRBD's side of it, and the places that may become links: a set of files, or where a link leads."""

    metadata: bool = False
    new: bool = False  # metadata "Just Created"
    files: Files | None = None
    strange: str = ""  # somebody else's file system
    up: bool = False
    primary: bool = False
    disk: str = "Inconsistent"
    mounted: str = ""
    apart: bool = False  # StandAlone
    detached: bool = False
    peeked: bool = False  # the device below is mounted to be read
    dropped: Files | None = None  # what was laid aside
    places: dict[str, frozenset[str] | str] = field(default_factory=dict)
    newest: float = 0.0


def proc(host: Host, everyone: Sequence[Host]) -> str:
    """Give /proc/drbd."""
    mine, peer = host.store, _peer(host, everyone)
    said = "version: 8.4.11 (api:1/proto:86-101)\n"
    if not mine.up:
        return said
    there = peer.store.up
    there = there and not (mine.apart or peer.store.apart)
    role, other = _role(mine), _role(peer.store) if there else "Unknown"
    disk = _disk(peer.store) if there else "DUnknown"
    state = "Connected" if there else "StandAlone" if mine.apart else "WFConnection"
    return f"{said}{MINOR}: cs:{state} ro:{role}/{other} ds:{_disk(mine)}/{disk} C r-----\n    ns:0 nr:0 oos:0\n"


def look(host: Host, command: Command) -> Answer | None:  # noqa: PLR0911 - one for each command
    """Answer a look at a disk, or None when it is none."""
    store = host.store
    match command.argv:
        case ("blockdev", "--flushbufs", _):
            return FINE
        case ("lsblk", *_):
            return 0, json.dumps({"blockdevices": [{"name": DEVICE, "size": 1 << 28, "type": "disk"}]}), ""
        case ("wipefs", *_):
            found = [{"type": "drbd", "label": None}] if store.metadata else []
            if store.files:
                found.append({"type": store.files.kind, "label": store.files.label})
            if store.strange:
                found.append({"type": store.strange, "label": "precious"})
            return 0, json.dumps({"signatures": found}), ""
        case ("blkid", "--probe", path):
            there = bool(store.files or (path == DEVICE and (store.metadata or store.strange)))
            return (0 if there else 2), "", ""
        case ("drbdsetup", *_):
            return 20, "", "unknown command\n"
        case ("python3", "-I", "-S", "-") if '"places"' in command.stdin.splitlines()[-1]:
            return 0, json.dumps(_found(host, command)), ""
    return None


def _found(host: Host, command: Command) -> dict[str, object]:
    said = command.stdin.rstrip().splitlines()[-1].removeprefix("main(").removesuffix(")")
    wanted = json.loads(ast.literal_eval(said))
    store = host.store
    blank = not (store.metadata or store.files or store.strange)
    places: dict[str, object] = {}
    for path in wanted["places"]:
        place = store.places.get(path)
        if isinstance(place, str):
            places[path] = {"kind": "link", "target": place}
        elif place is not None:
            places[path] = {"kind": "directory", "size": len(place), "newest": store.newest if place else 0.0}
    spaces = {path: [1 << 28, 1 << 27] for path in wanted["mounts"] if path == store.mounted}
    return {"devices": dict.fromkeys(wanted["devices"], blank), "places": places, "spaces": spaces}


def do(host: Host, everyone: Sequence[Host], argv: tuple[str, ...]) -> Answer | None:
    """Do what a command does to a disk, or None when it is none of these; each is one effect."""
    peer = _peer(host, everyone).store
    done = _of_drbd(host, peer, argv) or _of_mounts(host, argv) or _of_files(host, argv)
    store = host.store
    parted = store.apart or peer.apart or store.detached or peer.detached
    if done == FINE and store.up and peer.up and store.files and not parted:
        peer.files = store.files  # replicated
    return done


def _of_drbd(host: Host, peer: Store, argv: tuple[str, ...]) -> Answer | None:
    store = host.store
    match argv:
        case ("modprobe", "--", "drbd"):
            return FINE
        case ("drbdadm", "connect", "--discard-my-data", _):
            host.tick()
            assert not store.primary and not store.detached
            store.files, store.apart, peer.apart = peer.files, False, False
            return FINE
        case ("drbdadm", verb, *_):
            host.tick()
            return _drbdadm(verb, store, peer)
    return None


def _of_mounts(host: Host, argv: tuple[str, ...]) -> Answer | None:
    store = host.store
    match argv:
        case ("mount", "--options", "ro,noload", "--types", "ext4", "--", path, _):
            assert path == DEVICE and store.detached and not store.primary, "DRBD holds the device"
            host.tick()
            store.peeked = True
        case ("mount", "--types", "ext4", "--", path, target):
            assert path == DRBD and store.primary and store.files and not store.mounted
            host.tick()
            store.mounted = target
        case ("umount", "--", path) if path.endswith("/peek"):
            host.tick()
            was, store.peeked = store.peeked, False
            return (0 if was else 32), "", ""
        case ("umount", "--", target):
            if store.mounted != target:
                return 32, "", f"umount: {target}: not mounted."
            host.tick()
            store.mounted = ""
        case ("mkfs.ext4", "-q", "-F", path):
            host.tick()
            assert path == DRBD and store.primary and not store.files, "a file system is made once"
            store.files = Files("ext4")
        case ("e2label", path, label):
            host.tick()
            assert path == DRBD and store.primary and store.files
            store.files = replace(store.files, label=label)
        case _:
            return None
    return FINE


def _of_files(host: Host, argv: tuple[str, ...]) -> Answer | None:
    store = host.store
    match argv:
        case ("chown" | "chmod", "--", _, _) | ("mkdir", "--parents", "--", _):
            pass
        case ("mkdir", "--parents", "--mode=0700", "--", *_):
            pass
        case ("cp", "--archive", "--no-target-directory", "--", path, target) if path.endswith("/peek"):
            assert store.peeked and target.startswith("/var/lib/hakit/dropped/")
            host.tick()
            store.dropped = store.files
        case ("cp", "--archive", "--no-target-directory", "--", path, target):
            host.tick()
            files = store.places[path]
            assert store.files and target.startswith(f"{store.mounted}/") and not isinstance(files, str)
            store.files = replace(store.files, folders={**store.files.folders, target: files})
        case ("diff", "--recursive", "--brief", "--no-dereference", "--", path, target):
            assert store.files
            return (0 if store.files.folders.get(target) == store.places[path] else 1), "", ""
        case ("mv", "--no-target-directory", "--no-clobber", "--", path, target):
            host.tick()
            assert target not in store.places, "something is there"
            store.places[target] = store.places.pop(path)
        case ("ln", "--symbolic", "--no-target-directory", "--", target, path):
            host.tick()
            assert path not in store.places
            store.places[path] = target
        case _:
            return None
    return FINE


def _drbdadm(verb: str, store: Store, peer: Store) -> Answer:  # noqa: C901, PLR0912 - one case per verb
    match verb:
        case "create-md":
            assert not (store.metadata or store.files or store.strange), "metadata over data"
            store.metadata, store.new, store.disk = True, True, "Inconsistent"
        case "up":
            assert store.metadata and not store.up
            store.up = True
        case "connect" if not store.apart:
            return 10, "", "Failure: (102) Local address(port) already in use."
        case "connect" | "adjust" | "disconnect":
            pass  # sides that stand apart find out again that they do
        case "detach":
            assert not store.primary
            store.detached = True
        case "attach":
            assert store.detached and not store.peeked
            if not store.metadata:
                return 1, "", "No valid meta-data signature found."
            store.detached = False
            if store.new and _disk(peer) == "UpToDate":
                store.files, store.disk, store.new = peer.files, "UpToDate", False
        case "wait-connect":
            return (0 if peer.up else 5), "", ""
        case "new-current-uuid":
            assert store.new and peer.new and store.up and peer.up and not (store.files or peer.files)
            store.disk = peer.disk = "UpToDate"
            store.new = peer.new = False
        case "primary":
            if store.disk != "UpToDate" or peer.primary:
                return 17, "", "State change failed"
            store.primary = True
        case "secondary" | "down":
            if store.mounted:
                return 11, "", "Device is held open by someone"
            store.primary = False
            store.up = verb == "secondary"
        case _:
            raise AssertionError(f"unknown to this drbdadm: {verb}")
    return FINE


def _disk(store: Store) -> str:
    return "Diskless" if store.detached else store.disk


def _role(store: Store) -> str:
    return "Primary" if store.primary else "Secondary"


def _peer(host: Host, everyone: Sequence[Host]) -> Host:
    return next((other for other in everyone if other is not host), host)
