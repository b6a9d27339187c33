"""The wishes that both tools put into the CIB, and take back."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from hakit.observe import node as paths
from tests.doubles import pacemaker
from tests.doubles.host import Host

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")


def move(host: Host, everyone: Sequence[Host], group: str, node: str) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    constraints = root.find("configuration/constraints")
    assert constraints is not None
    etree.SubElement(constraints, "rsc_location", id=f"cli-prefer-{group}", rsc=group, node=node, score="INFINITY")
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    pacemaker.place(everyone, group, node)
    return FINE


def clear(host: Host, everyone: Sequence[Host], group: str) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    for element in root.xpath("configuration/constraints/*[starts-with(@id, 'cli-') and @rsc=$group]", group=group):
        element.getparent().remove(element)
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    return FINE
