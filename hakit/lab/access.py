"""Logging into the lab's nodes: keys made for this lab only, known host keys, and the ssh config that says so."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hakit.core.action import Command
from hakit.lab import network
from hakit.lab.layout import CLIENT, Host, Layout, management
from hakit.run import dial, machine

DIAL = Path(dial.__file__)


def key(layout: Layout) -> Path:
    """Return the lab's private key, with which root logs in from outside and from node to node."""
    return layout.folder / "key"


def host_key(layout: Layout, node: str) -> Path:
    """Return the private host key of a node; it outlives a reset, so the known keys stay true."""
    return layout.folder / "host-keys" / node


def make(layout: Layout, nodes: Sequence[Host], *, managed: bool = False) -> None:
    """Make the keys that are missing, and write `known_hosts` and `ssh_config`.

    `managed`: there is a network that is no ring; a node is reached through it also when all its rings are cut.
    """
    (layout.folder / "host-keys").mkdir(mode=0o700, exist_ok=True)
    _keygen(key(layout), f"hakit lab {layout.name}")
    for node in nodes:
        _keygen(host_key(layout, node.name), node.name)
    (layout.folder / "known_hosts").write_text(known_hosts(layout, nodes))
    layout.ssh_config.write_text(ssh_config(layout, nodes, managed=managed))


def known_hosts(layout: Layout, nodes: Sequence[Host]) -> str:
    """Return the lines that tie names and addresses to host keys."""
    lines = []
    for node in nodes:
        kind, public, *_ = host_key(layout, node.name).with_suffix(".pub").read_text().split()
        lines.append(f"{','.join((node.name, *node.addresses))} {kind} {public}")
    return "\n".join(lines) + "\n"


def ssh_config(layout: Layout, nodes: Sequence[Host], *, managed: bool = False) -> str:
    """Return the config for `ssh -F`: it reaches the nodes from outside their networks, and trusts no other key."""
    command = network.inside(layout, CLIENT, (sys.executable, "-I", "-S", str(DIAL)))
    proxy = shlex.join(command).replace("%", "%%") + " %h %p"
    lines = [f"# The hakit lab {layout.name}; use it with: ssh -F {layout.ssh_config} {nodes[0].name}"]
    for node in nodes:
        address = management(node) if managed else node.addresses[0]
        lines += [f"Host {node.name}", f"    HostName {address}", f"    HostKeyAlias {node.name}"]
    lines += [
        f"Host {' '.join(node.name for node in nodes)}",
        "    User root",
        f'    IdentityFile "{key(layout)}"',
        "    IdentitiesOnly yes",
        "    IdentityAgent none",
        f'    UserKnownHostsFile "{layout.folder / "known_hosts"}"',
        "    GlobalKnownHostsFile /dev/null",
        "    StrictHostKeyChecking yes",
        "    UpdateHostKeys no",
        f"    ProxyCommand {proxy}",
        "    ProxyUseFdpass yes",
    ]
    return "\n".join(lines) + "\n"


def _keygen(path: Path, comment: str) -> None:
    if not path.with_suffix(".pub").exists():
        path.unlink(missing_ok=True)
        machine.must(Command(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path))))
