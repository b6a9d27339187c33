"""What a single resource is to a spec: a virtual IP, a unit, a mount, or something else."""

from __future__ import annotations

from lxml import etree

from hakit.author.cluster import meaning

VIP, UNIT, MOUNT, OTHER = "virtual IP", "unit", "mount", "other"
OURS = "ocf:hakit:quickservice"
_MOUNT = frozenset({"ocf:heartbeat:Filesystem", "ocf:hakit:mount"})
_HOLD_ADDRESSES = frozenset({"ocf:heartbeat:IPaddr2", "ocf:hakit:vip"})


def kind(element: etree._Element) -> str:
    """Say what a resource is to a spec."""
    if element.tag != "primitive":
        return OTHER
    agent = meaning.agent(element)
    if agent in _HOLD_ADDRESSES:
        return VIP
    if agent in _MOUNT:
        return MOUNT
    other_unit = element.get("type", "").rpartition(".")[2] in {"socket", "timer", "target", "path", "mount"}
    return UNIT if agent == OURS or (agent.startswith("systemd:") and not other_unit) else OTHER


def members(element: etree._Element) -> list[etree._Element]:
    """Return the primitives that stand in a group or clone itself."""
    return element.findall("primitive")
