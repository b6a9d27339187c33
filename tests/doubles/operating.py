"""The simulated `pcs`, continued: what an operator asks of a running cluster."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from hakit.observe import node as paths
from tests.doubles import pacemaker
from tests.doubles.host import Host

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")


def operate(host: Host, everyone: Sequence[Host], words: tuple[str, ...]) -> Answer:
    """Obey one command; an unknown one is an assertion failure."""
    match words:
        case ("node", "standby" | "unstandby" as verb, node):
            return _standby(host, everyone, node, on=verb == "standby")
        case ("property", "set", "maintenance-mode=true" | "maintenance-mode=" as pair):
            return _property(host, everyone, "maintenance-mode", pair.partition("=")[2])
        case ("resource", "disable" | "enable" as verb, name):
            return _role(host, everyone, name, stopped=verb == "disable")
        case ("resource", "restart", group, wait):
            assert wait.startswith("--wait=") and int(wait[7:]) > 0
            (there,) = {each.name for each in everyone for part in _of(host, group) if pacemaker.holds(each, part)}
            pacemaker.end(_of(host, group), pacemaker.members(host, everyone))
            pacemaker.place(everyone, group, there)
            return FINE
        case ("resource", "cleanup", *names):
            return _cleanup(host, everyone, names[0] if names else "")
    raise AssertionError(f"{host.name}: unknown to this pcs: {words}")


def _of(host: Host, group: str) -> list[pacemaker.Primitive]:
    found = [each for each in pacemaker.primitives(host) if each.group == group]
    assert found, f"there is no group {group}"
    return found


def _standby(host: Host, everyone: Sequence[Host], name: str, *, on: bool) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    (node,) = root.xpath("configuration/nodes/node[@uname=$name]", name=name)
    values = node.find("instance_attributes")
    values = etree.SubElement(node, "instance_attributes", id=f"nodes-{node.get('id')}") if values is None else values
    values[:] = []
    if on:
        etree.SubElement(values, "nvpair", id=f"{values.get('id')}-standby", name="standby", value="on")
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    return FINE


def _property(host: Host, everyone: Sequence[Host], name: str, value: str) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    (own,) = root.xpath("configuration/crm_config/cluster_property_set[@id='cib-bootstrap-options']")
    there = own.xpath("nvpair[@name=$name]", name=name)
    if not value and not there:
        return 1, "", f"Error: Cannot remove property '{name}', it is not present in property set, use --force"
    for pair in there:
        own.remove(pair)
    if value:
        etree.SubElement(own, "nvpair", id=f"cib-bootstrap-options-{name}", name=name, value=value)
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    return FINE


def _role(host: Host, everyone: Sequence[Host], name: str, *, stopped: bool) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    (resource,) = root.xpath("configuration/resources//*[@id=$name]", name=name)
    meta = resource.find("meta_attributes")
    if meta is None:
        meta = etree.Element("meta_attributes", id=f"{name}-meta_attributes")
        resource.insert(0, meta)
    for pair in meta.xpath("nvpair[@name='target-role']"):
        meta.remove(pair)
    if stopped:
        etree.SubElement(meta, "nvpair", id=f"{meta.get('id')}-target-role", name="target-role", value="Stopped")
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    return FINE


def _cleanup(host: Host, everyone: Sequence[Host], name: str) -> Answer:
    ours = {name, *(part.id for part in pacemaker.primitives(host) if part.group == name)}
    for each in everyone:
        for operation in [key for key in each.failed if not name or key.rsplit("_", 2)[0] in ours]:
            del each.failed[operation]
    return FINE


def cibadmin(host: Host, everyone: Sequence[Host], words: tuple[str, ...], stdin: str) -> Answer:
    """Modify or delete a set of cluster properties; `--modify` merges by id and never takes anything away."""
    root = etree.fromstring(host.text(paths.CIB).encode())
    section = root.find("configuration/crm_config")
    assert section is not None
    match words:
        case ("--modify", "--allow-create", "--scope", "crm_config", "--xml-pipe"):
            _merge(section, etree.fromstring(stdin))
        case ("--delete", "--scope", "crm_config", "--xml-text", text):
            for found in section.xpath("*[@id=$name]", name=etree.fromstring(text).get("id")):
                section.remove(found)
        case _:
            raise AssertionError(f"unknown to this cibadmin: {words}")
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    return FINE


def _merge(above: etree._Element, new: etree._Element) -> None:
    old = next((each for each in above if each.get("id") == new.get("id")), None)
    if old is None:
        above.append(new)
        return
    for name, value in new.attrib.items():
        old.set(name, value)
    for child in list(new):
        _merge(old, child)
