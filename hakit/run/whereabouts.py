"""Whether this machine is itself one of the cluster's nodes."""

from __future__ import annotations

import json
import os
import subprocess
from ipaddress import IPv4Network, IPv6Network, ip_address

from hakit.model import Cluster


def hostname() -> str:
    """Return this machine's name, as `uname -n` says it."""
    return os.uname().nodename


def local_nodes(cluster: Cluster) -> frozenset[str]:
    """Name the node that this machine is: by its host name and by a ring address on one of its interfaces.

    Both must agree: an admin's machine may have a node's name, and a lab next door its addresses.
    """
    name = os.uname().nodename
    if os.geteuid() != 0:
        return frozenset()
    here = _addresses()
    return frozenset(
        node.name
        for node in cluster.nodes
        if node.name in (name, name.partition(".")[0]) and any(str(address) in here for address in node.addresses)
    )


def beside(network: IPv4Network | IPv6Network) -> bool:
    """Say whether this machine has an address in the network: what it sees there, a client beside it sees too."""
    return any(ip_address(address) in network for address in _addresses())


def _addresses() -> frozenset[str]:
    try:
        said = subprocess.run(
            ("ip", "-json", "address"), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=10
        )
        links = json.loads(said.stdout or b"[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(entry["local"] for link in links for entry in link.get("addr_info", ()))
