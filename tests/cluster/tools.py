"""Nodes that have only one of the two tools."""

from __future__ import annotations

from tests.cluster.command import Hakit
from tests.matrix import TOOLS

NODES = ("qsp-a", "qsp-b")


def only(hakit: Hakit, tool: str) -> None:
    """Remove the other tool from the nodes."""
    (other,) = (package for name, package in TOOLS.items() if name != tool)
    for node in NODES:
        hakit.on(node, "dpkg", "--purge", other)
        assert "deinstall" not in hakit.on(node, "dpkg", "--get-selections", other)
        assert hakit.on(node, "sh", "-c", "command -v pcs; command -v crm").split("/")[-1] == tool
