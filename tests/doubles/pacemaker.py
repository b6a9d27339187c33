"""What a simulated Pacemaker does on all hosts together: join, elect, share a CIB, start services, tell of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_interface

from lxml import etree

from hakit.model import sections
from hakit.observe import node as paths
from tests.doubles import corosync, sbd
from tests.doubles.disk import File
from tests.doubles.host import EMPTY_CIB, Host

ELECTION_LOOKS = 2  # how often a just started node is looked at before it knows a controller
_NAMES = re.compile(r"^\s*name: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Primitive:
    """A primitive of the CIB, with what it stands for."""

    id: str
    group: str
    agent: str
    unit: str
    vip: str
    target: str
    mount: str = ""


def start(host: Host, everyone: Sequence[Host]) -> None:
    """Start Corosync and Pacemaker on the host, and join whoever runs the same configuration with the same key."""
    host.set_active("corosync.service", active=True)
    if host.running("pacemaker.service"):
        return
    sbd.fit(host)
    host.set_active("pacemaker.service", active=True)
    host.looks_until_elected = ELECTION_LOOKS
    if not host.text(paths.CIB):
        host.disk.files[paths.CIB] = File(EMPTY_CIB, 0o600, "hacluster:haclient")
    _settle(members(host, everyone))


def must_be_alike(host: Host, everyone: Sequence[Host]) -> None:
    """Assert what has to lie on every node before the first of them is started."""
    wanted = sections.parse(host.text(paths.COROSYNC_CONF))
    for other in (each for each in everyone if each.name in _names(host.text(paths.COROSYNC_CONF))):
        assert sections.parse(other.text(paths.COROSYNC_CONF)) == wanted, f"{other.name} has another corosync.conf"
        for key, mode in ((paths.COROSYNC_KEY, 0o400), (paths.PACEMAKER_KEY, 0o440)):
            assert other.disk.files[key] == host.disk.files[key], f"{other.name}: {key} is another"
            assert host.disk.files[key].mode == mode and host.disk.files[key].content


def stop(host: Host, everyone: Sequence[Host]) -> None:
    """Stop both on the host, and with them what Pacemaker started there."""
    rest(host, everyone)
    host.set_active("corosync.service", active=False)


def rest(host: Host, everyone: Sequence[Host]) -> None:
    """Stop Pacemaker on the host, and what it started there."""
    others = [other for other in members(host, everyone) if other is not host]
    if host.running("pacemaker.service"):
        if not maintained(host):
            for primitive in primitives(host):
                if primitive.unit:
                    host.set_active(primitive.unit, active=False)
            host.vips.clear()
            host.mounts.clear()
        host.set_active("pacemaker.service", active=False)
    host.seen_all = False
    if others:
        _settle(others)


def members(host: Host, everyone: Sequence[Host]) -> list[Host]:
    """Return the hosts that form one cluster with this one, itself among them."""
    if not host.running("pacemaker.service"):
        return []
    return [
        other
        for other in everyone
        if other.running("pacemaker.service")
        and (other is host or (corosync.alike(other, host) and host.name in _named(other)))
    ]


def quorate(host: Host, everyone: Sequence[Host]) -> bool:
    """With wait_for_all: only once all were seen, then with half (two nodes) or more than half of them."""
    count, there = len(_named(host)), len(members(host, everyone))
    return host.seen_all and (there * 2 > count or count <= 2)


def push(host: Host, everyone: Sequence[Host], new: str) -> None:
    """Make the text the cluster's CIB."""
    root = etree.fromstring(new.encode())
    root.set("epoch", str(int(root.get("epoch", "0")) + 1))
    before = primitives(host)
    _share(members(host, everyone), etree.tostring(root).decode())
    end([primitive for primitive in before if primitive not in primitives(host)], members(host, everyone))
    _settle(members(host, everyone))


def end(gone: list[Primitive], ours: list[Host]) -> None:
    for each in ours:
        for primitive in gone:
            if primitive.unit:
                each.set_active(primitive.unit, active=False)
            elif primitive.mount:
                each.mounts.discard(primitive.mount)
            else:
                each.vips.discard(ip_interface(primitive.vip))


def primitives(host: Host) -> list[Primitive]:
    """Return those that stand for something on a simulated host; fencing devices and DRBD do not."""
    root = etree.fromstring((host.text(paths.CIB) or EMPTY_CIB).encode())
    found = root.iterfind("configuration/resources//primitive")
    return [
        _primitive(element) for element in found if element.get("class") != "stonith" and element.get("type") != "drbd"
    ]


def monitor(host: Host, everyone: Sequence[Host]) -> tuple[str, int]:
    """Answer `crm_mon --output-as xml` on the host."""
    if not host.running("pacemaker.service"):
        text = (
            '<pacemaker-result api-version="2.25" request="crm_mon"><status code="102" message="Not connected"><errors>'
            "<error>crm_mon: Connection to cluster failed: Connection refused</error></errors></status>"
            "</pacemaker-result>"
        )
        return text, 102
    ours = members(host, everyone)
    elected = all(each.looks_until_elected <= 0 for each in ours)
    for each in ours:
        each.looks_until_elected -= 1
    if elected:
        _settle(ours)
    return _status(host, ours, elected=elected, quorate_=quorate(host, everyone)), 0


def _primitive(element: etree._Element) -> Primitive:
    values = {pair.get("name", ""): pair.get("value", "") for pair in element.iterfind("instance_attributes/nvpair")}
    kind, name = element.get("class", ""), element.get("type", "")
    unit = (name if name.endswith(".service") else f"{name}.service") if kind == "systemd" else values.get("unit", "")
    above = element.getparent()
    return Primitive(
        element.get("id", ""),
        above.get("id", "") if above is not None and above.tag == "group" else "",
        ":".join(filter(None, (kind, element.get("provider", ""), name))),
        unit,
        f"{values['ip']}/{values['cidr_netmask']}" if "ip" in values else "",
        next(iter(element.xpath("(.|..)/meta_attributes/nvpair[@name='target-role']/@value")), ""),
        values.get("directory", ""),
    )


def _named(host: Host) -> set[str]:
    assert host.loaded is not None
    return _names(host.loaded[0])


def _names(text: str) -> set[str]:
    return set(_NAMES.findall(text.partition("nodelist")[2]))


def _settle(ours: list[Host]) -> None:
    """Take the newest CIB for all; once there is a controller and quorum, run every service on one node."""
    _share(ours, max((each.text(paths.CIB) for each in ours), key=_version))
    if len(ours) == len(_named(ours[0])):
        for each in ours:
            each.seen_all = True
    elected = all(each.looks_until_elected < 0 for each in ours)
    if not (elected and quorate(ours[0], ours)):
        return
    _mark(ours)
    if maintained(ours[0]):
        return
    able = [each for each in ours if each.name not in standby(ours[0])]
    for group in dict.fromkeys(primitive.group for primitive in primitives(ours[0])):
        parts = [primitive for primitive in primitives(ours[0]) if primitive.group == group]
        there = [each for each in able if any(holds(each, part) for part in parts)]
        if not able or any(part.target == "Stopped" for part in parts):
            end(parts, ours)
        elif len(there) != 1 or not all(holds(there[0], part) for part in parts):
            place(ours, group, (there or able)[0].name)


def standby(host: Host) -> set[str]:
    """Name the nodes that are to run nothing."""
    root = etree.fromstring((host.text(paths.CIB) or EMPTY_CIB).encode())
    return set(root.xpath("configuration/nodes/node[.//nvpair[@name='standby' and @value='on']]/@uname"))


def maintained(host: Host) -> bool:
    """Say whether maintenance is on; the first set's word counts before those of the others."""
    root = etree.fromstring((host.text(paths.CIB) or EMPTY_CIB).encode())
    for found in root.iterfind("configuration/crm_config/cluster_property_set"):
        end = found.find("rule/date_expression")
        if end is not None and datetime.fromisoformat(end.get("end", "")) <= datetime.now(UTC):
            continue
        for pair in found.iterfind("nvpair[@name='maintenance-mode']"):
            return pair.get("value") == "true"
    return False


def _version(cib: str) -> tuple[int, int, int]:
    root = etree.fromstring(cib.encode())
    admin, epoch, updates = (int(root.get(name, "0")) for name in ("admin_epoch", "epoch", "num_updates"))
    return admin, epoch, updates


def _share(ours: list[Host], cib: str) -> None:
    for each in ours:
        each.disk.files[paths.CIB] = File(cib, 0o600, "hacluster:haclient")


def _mark(ours: list[Host]) -> None:
    """Write into the CIB what the controller writes there after its election."""
    root = etree.fromstring(ours[0].text(paths.CIB).encode())
    if root.get("dc-uuid"):
        _mark_joined(root, ours)
        return
    root.set("dc-uuid", "1")
    root.set("epoch", str(int(root.get("epoch", "0")) + 2))
    options = root.find("configuration/crm_config")
    assert options is not None
    own = options.find("cluster_property_set[@id='cib-bootstrap-options']")
    own = etree.SubElement(options, "cluster_property_set", id="cib-bootstrap-options") if own is None else own
    for name, value in {"have-watchdog": "false", "dc-version": "2.1.5", "cluster-infrastructure": "corosync"}.items():
        etree.SubElement(own, "nvpair", id=f"cib-bootstrap-options-{name}", name=name, value=value)
    nodes = root.find("configuration/nodes")
    assert nodes is not None
    for number, each in enumerate(ours, start=1):
        etree.SubElement(nodes, "node", id=str(number), uname=each.name)
    _share(ours, etree.tostring(root).decode())


def _mark_joined(root: etree._Element, ours: list[Host]) -> None:
    """Write a node into the CIB that joined since."""
    nodes = root.find("configuration/nodes")
    assert nodes is not None
    new = [each.name for each in ours if each.name not in {node.get("uname") for node in nodes}]
    for name in new:
        etree.SubElement(nodes, "node", id=f"1{len(nodes)}", uname=name)
    if new:
        root.set("epoch", str(int(root.get("epoch", "0")) + 1))
        _share(ours, etree.tostring(root).decode())


def forget(host: Host, everyone: Sequence[Host], name: str) -> None:
    """Take a node out of the CIB that is out of corosync.conf, as `crm_node --remove` does."""
    assert name not in _named(host), f"{name} would come back"
    root = etree.fromstring(host.text(paths.CIB).encode())
    for node in root.xpath("configuration/nodes/node[@uname=$name]", name=name):
        node.getparent().remove(node)
    push(host, everyone, etree.tostring(root).decode())


def _status(host: Host, ours: list[Host], *, elected: bool, quorate_: bool) -> str:
    root = etree.Element("pacemaker-result", {"api-version": "2.25", "request": "crm_mon"})
    summary = etree.SubElement(root, "summary")
    etree.SubElement(summary, "stack", type="corosync")
    dc = {"present": "true", "name": ours[0].name, "with_quorum": _word(quorate_)} if elected else {"present": "false"}
    etree.SubElement(summary, "current_dc", dc)
    etree.SubElement(
        summary, "cluster_options", {"stonith-enabled": "false", "maintenance-mode": _word(maintained(host))}
    )
    nodes = etree.SubElement(root, "nodes")
    for name in sorted(_named(host)) if elected else ():
        there = next((each for each in ours if each.name == name), None)
        flags = dict.fromkeys(("standby", "maintenance", "pending", "unclean"), "false")
        dc_here = _word(there is ours[0])
        flags["standby"] = _word(name in standby(host))
        etree.SubElement(nodes, "node", {"name": name, "online": _word(there is not None), "is_dc": dc_here} | flags)
    resources = etree.SubElement(root, "resources")
    for primitive in primitives(host):
        _resource(resources, primitive, [each for each in ours if holds(each, primitive)])
    _failures(root, ours)
    etree.SubElement(root, "status", code="0", message="OK")
    return etree.tostring(root).decode()


def _failures(root: etree._Element, ours: list[Host]) -> None:
    history = etree.SubElement(root, "node_history")
    failures = etree.SubElement(root, "failures")
    for each in ours:
        known = etree.SubElement(history, "node", name=each.name)
        for operation, reason in each.failed.items():
            name = operation.rsplit("_", 2)[0]
            etree.SubElement(known, "resource_history", {"id": name, "fail-count": "1"})
            said = {"exitstatus": "error", "exitreason": reason, "last-rc-change": "Tue Nov 24 17:00:00 2026"}
            etree.SubElement(failures, "failure", {"op_key": operation, "node": each.name} | said)


def holds(host: Host, primitive: Primitive) -> bool:
    if primitive.mount:
        return primitive.mount in host.mounts
    return host.running(primitive.unit) if primitive.unit else ip_interface(primitive.vip) in host.vips


def _resource(resources: etree._Element, primitive: Primitive, where: list[Host]) -> None:
    above = resources.find(f"group[@id='{primitive.group}']")
    above = etree.SubElement(resources, "group", id=primitive.group) if above is None else above
    role = "Started" if where else "Stopped"
    flags = {"failed": "false", "blocked": "false", "managed": "true", "active": _word(bool(where))}
    flags |= {"target_role": primitive.target} if primitive.target else {}
    known = {"id": primitive.id, "resource_agent": primitive.agent, "role": role}
    element = etree.SubElement(above, "resource", known | flags)
    for each in where:
        etree.SubElement(element, "node", name=each.name)


def _word(value: object) -> str:
    return "true" if value else "false"


def place(everyone: Sequence[Host], group: str, node: str) -> None:
    """Run the group on that node and on no other."""
    for each in everyone:
        for primitive in primitives(each):
            if primitive.group != group:
                continue
            if primitive.unit in each.never_start and each.name == node:
                each.failed[f"{primitive.id}_start_0"] = "it never starts"
            elif primitive.unit:
                each.set_active(primitive.unit, active=each.name == node)
            elif primitive.mount:
                (each.mounts.add if each.name == node else each.mounts.discard)(primitive.mount)
            elif each.name == node:
                each.vips.add(ip_interface(primitive.vip))
            else:
                each.vips.discard(ip_interface(primitive.vip))
