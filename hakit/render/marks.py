"""Marks that hakit puts into a CIB of its own making: maintenance for the time of a stop, nodes that stand aside."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from hakit.render import document, facts, fragments

# By its id, the maintenance of a change that needs a stop is told from an operator's.
_MARK = "hakit-stop-maintenance-mode"
_SET = "hakit-stop-options"

_PACEMAKERS = frozenset({"dc-version", "cluster-infrastructure", "cluster-name", "have-watchdog", "last-lrm-refresh"})


def resting(cib_xml: str) -> bool:
    """Say whether the CIB holds a maintenance that hakit switched on for a stop."""
    return fragments.parse(cib_xml).find(f"configuration/crm_config//nvpair[@id='{_MARK}']") is not None


def rested(cib_xml: str) -> str:
    """Return the CIB with such a maintenance, in a set of its own before all others: the first one's word counts."""
    root = fragments.parse(unrested(cib_xml))
    own = etree.Element("cluster_property_set", id=_SET)
    etree.SubElement(own, "nvpair", id=_MARK, name="maintenance-mode", value="true")
    document.section(root, "crm_config").append(own)
    return fragments.written(root)


def unrested(cib_xml: str) -> str:
    """Return the CIB without it."""
    root = fragments.parse(cib_xml)
    for own in root.findall(f"configuration/crm_config/cluster_property_set[@id='{_SET}']"):
        document.section(root, "crm_config").remove(own)
    return fragments.written(root)


def watchdog_wait(cib_xml: str) -> int:
    """Return after how many seconds a node that lost quorum counts as reset by its watchdog; 0 where that isn't so."""
    return max((_seconds(pair.get("value", "")) for pair in _waits(fragments.parse(cib_xml))), default=0)


def unfenced(cib_xml: str) -> str:
    """Return the CIB with fencing off and nobody counted as reset by a watchdog: for the time in which SBD changes."""
    root = fragments.parse(cib_xml)
    for pair in _waits(root):
        above = pair.getparent()
        if above is not None:
            above.remove(pair)
    for pair in facts.properties(facts.section(root, "crm_config")):
        if facts.named(pair) == "stonith-enabled":
            pair.set("value", "false")
    return fragments.written(root)


def watched(cib_xml: str) -> str:
    """Return the CIB as it is where sbd runs, for who wants to know what Pacemaker would decide then."""
    root = fragments.parse(cib_xml)
    pairs = [
        pair for pair in facts.properties(facts.section(root, "crm_config")) if pair.get("name") == document.WATCHED
    ]
    for pair in pairs:
        pair.set("value", "true")
    return fragments.written(root)


def _waits(root: etree._Element) -> list[etree._Element]:
    pairs = facts.properties(facts.section(root, "crm_config"))
    return [pair for pair in pairs if pair.get("name") == "stonith-watchdog-timeout"]


def _seconds(text: str) -> int:
    whole = facts.meaning("timeout", text).removesuffix("s")
    # What is negative is reckoned by Pacemaker itself, from sbd's own timeout.
    return int(whole) if whole.isdigit() else 1


def content(cib_xml: str) -> str:
    """Return what people and tools configured, as one text: what Pacemaker writes by itself is left out."""
    if not cib_xml:
        return ""
    root = fragments.parse(cib_xml)
    for own in root.iterfind("configuration/crm_config/cluster_property_set"):
        for pair in [each for each in own if each.get("name") in _PACEMAKERS]:
            own.remove(pair)
    nodes = document.section(root, "nodes")
    for node in [each for each in nodes if not len(each)]:
        nodes.remove(node)
    return "".join(fragments.written(section) for section in root.iterfind("configuration/*"))


def aside(cib_xml: str, names: Iterable[str]) -> str:
    """Return the CIB with the nodes in standby."""
    root = fragments.parse(cib_xml)
    for name in names:
        for node in root.iterfind("configuration/nodes/node"):
            if node.get("uname") == name:
                values = etree.SubElement(node, "instance_attributes", id=f"hakit-aside-{node.get('id')}")
                etree.SubElement(values, "nvpair", id=f"{values.get('id')}-standby", name="standby", value="on")
    return fragments.written(root)
