"""The ready spec of a lab."""

from __future__ import annotations

from collections.abc import Sequence

from hakit.lab.layout import VIP, Host

_SPEC = """\
cluster: squidha

nodes:
{nodes}

fencing:
  none: "lab"      # nothing of worth runs here; a real cluster needs a fence device

services:
  squid:
    unit: squid.service
    vip: {vip}/24
"""


def text(nodes: Sequence[Host]) -> str:
    """Return the smallest useful spec for these nodes: squid behind a virtual IP."""
    lines = (f"  {node.name}: {{ rings: [{', '.join(node.addresses)}] }}" for node in nodes)
    return _SPEC.format(nodes="\n".join(lines), vip=VIP)
