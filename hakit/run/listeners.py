"""Which systemd service listens on which TCP port of this host; prints JSON and changes nothing.

Sent to a host as text and run there by its own Python, 3.9 or later: standard library only, nothing at import.
"""

import json
import os
import re

_LISTEN = "0A"  # TCP_LISTEN, include/net/tcp_states.h
_UNIT = re.compile(r"/system\.slice/(?:[^/]+\.slice/)*([^/]+\.service)(?:/|$)")


def main() -> None:
    """Print {unit: [[address, port], …]}; address is hexadecimal as the kernel has it, least byte first per word."""
    sockets = listening()
    found: dict[str, list[list[object]]] = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        inodes = held(pid) & set(sockets)
        unit = unit_of(pid) if inodes else ""
        for inode in inodes if unit else ():
            entry = list(sockets[inode])
            if entry not in found.setdefault(unit, []):
                found[unit].append(entry)
    print(json.dumps(found, sort_keys=True))  # noqa: T201 - the answer


def listening() -> "dict[str, tuple[str, int]]":
    """Return address and port of each listening TCP socket by its inode: proc(5), /proc/net/tcp."""
    found = {}
    for name in ("tcp", "tcp6"):
        for line in lines("/proc/net/" + name)[1:]:
            words = line.split()
            if words[3] == _LISTEN:
                address, port = words[1].split(":")
                found[words[9]] = (address, int(port, 16))
    return found


def held(pid: str) -> "set[str]":
    """Return the inodes of a process's sockets; none of one that is gone or isn't ours to look at."""
    inodes = set()
    folder = "/proc/" + pid + "/fd"
    try:
        for name in os.listdir(folder):
            target = os.readlink(folder + "/" + name)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    except OSError:
        pass
    return inodes


def unit_of(pid: str) -> str:
    """Return the system service that a process belongs to; empty for others."""
    for line in lines("/proc/" + pid + "/cgroup"):
        match = _UNIT.search(line)
        if match:
            return match.group(1)
    return ""


def lines(path: str) -> "list[str]":
    """Return a file's lines; none when it can't be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
