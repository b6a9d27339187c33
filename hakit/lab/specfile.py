"""The ready spec of a lab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hakit.lab import layout
from hakit.lab.layout import BMC_USER as USER
from hakit.lab.layout import VIP, Host

_SPEC = """\
cluster: squidha

nodes:
{nodes}

fencing:
{fencing}
{quorum}{timing}
services:
  squid:
    unit: squid.service
    vip: {vip}/24
"""
_NONE = '  none: "lab"      # nothing of worth runs here; a real cluster needs a fence device\n'
_PATIENT = "\ntiming: { profile: relaxed, operation_timeout: 180 }     # the nodes' processors are emulated\n"
_DEVICE = """\
    ipmi-{node}:
      agent: fence_ipmilan
      nodes: [{node}]
      parameters: {{ ip: {address}, username: {user}, lanplus: true }}
      secrets: {{ password: {{ file: {secret} }} }}
"""


def text(nodes: Sequence[Host], *, secret: str = "", qnetd: bool = False, slow: bool = False) -> str:
    """Return the smallest useful spec for these nodes: squid behind a virtual IP.

    `secret` is the file with the power switches' password; empty where there are none. `slow` nodes are given time.
    """
    lines = (f"  {node.name}: {{ rings: [{', '.join(node.addresses)}] }}" for node in nodes)
    fencing = "".join(("  devices:\n", *_devices(nodes, secret))) if secret else _NONE
    quorum = f"\nquorum:\n  device: {{ host: {layout.WITNESS} }}\n" if qnetd else ""
    return _SPEC.format(
        nodes="\n".join(lines), fencing=fencing.rstrip("\n"), quorum=quorum, timing=_PATIENT if slow else "", vip=VIP
    )


def _devices(nodes: Sequence[Host], secret: str) -> Iterator[str]:
    for node in nodes:
        yield _DEVICE.format(node=node.name, address=layout.bmc(node), user=USER, secret=secret)
