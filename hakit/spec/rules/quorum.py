"""Quorum: options that go together, and a third host that is really a third one."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.spec.draft import Draft, device_of
from hakit.spec.fault import SpecFault
from hakit.spec.rules.devices import DoesNotFit

_TWO = 2


def quorum(spec: Draft) -> Iterator[SpecFault]:
    """Check the device's host and what may stand beside it."""
    host = device_of(spec.quorum)[0].get("host", "")
    addresses = {str(each.value.ip) for node in spec.nodes for each in node.addresses or () if each and each.value}
    if host and (host in {node.name for node in spec.nodes} or host in addresses):
        what = f"'{host}' is a node of this cluster: its vote would go down with that node"
        place = spec.at(("quorum", "device", "host"))
        yield DoesNotFit(place=place, what=what, advice="the quorum device belongs on a third host")
    two = len(spec.nodes) == _TWO
    if two and not host and spec.quorum.get("wait_for_all") is False:
        what = "with two nodes, each would start by itself and fence the other one"
        place = spec.at_key(("quorum", "wait_for_all"))
        yield DoesNotFit(place=place, what=what, advice="leave it out, or add a quorum device")
    if spec.quorum.get("last_man_standing") is True and (two or host):
        what = "'last_man_standing' is for three nodes or more, without a quorum device"
        yield DoesNotFit(place=spec.at_key(("quorum", "last_man_standing")), what=what, advice="leave it out")
