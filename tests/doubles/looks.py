"""What a simulated host answers to hakit's looks: text as a bookworm host prints it."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address

from lxml import etree

from hakit.core import Command
from hakit.model import sections
from hakit.observe import node as paths
from hakit.observe.host.packages import NEEDED
from tests.doubles import corosync, pacemaker, sbd, volumes
from tests.doubles.host import Host

Answer = tuple[int, str, str]
Look = Callable[[Host, Sequence[Host], Command], Answer]


def look(host: Host, everyone: Sequence[Host], command: Command) -> Answer | None:
    """Answer a command that only reads; None when it is not one of them."""
    if (found := sbd.look(host, command) or volumes.look(host, command)) is not None:
        return found
    for start, answer in _LOOKS.items():
        if command.argv[: len(start)] == start:
            return answer(host, everyone, command)
    return None


def _addresses(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del everyone, command
    links: list[dict[str, object]] = []
    for number, (address, prefix) in enumerate(host.addresses):
        vips = [vip for vip in host.vips if number == 0]
        entries = [(address, prefix), *((vip.ip, vip.network.prefixlen) for vip in vips)]
        links.append(
            {
                "ifname": f"eth{number}",
                "flags": ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
                "address": f"02:00:00:00:{number:02x}:{int(address) % 256:02x}",
                "addr_info": [_entry(each, length) for each, length in entries],
            }
        )
    return 0, json.dumps(links), ""


def _entry(address: IPv4Address | IPv6Address, length: int) -> dict[str, object]:
    return {"family": "inet" if address.version == 4 else "inet6", "local": str(address), "prefixlen": length}


def _units(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del everyone
    names = command.argv[command.argv.index("--") + 1 :]
    return 0, "\n".join(_unit(host, name) for name in names), ""


def _unit(host: Host, name: str) -> str:
    unit = host.units.get(name)
    if unit is None:
        values = {"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": "", "CanStart": "no"}
    else:
        state = "active" if unit.active else "inactive"
        values = {"LoadState": "loaded", "ActiveState": state, "UnitFileState": unit.boot, "Type": "notify"}
    fixed = {"Id": name, "Names": name, "TimeoutStartUSec": "1min 30s", "TimeoutStopUSec": "1min 30s", "Restart": "no"}
    return "".join(f"{key}={value}\n" for key, value in (fixed | values).items())


def _boot(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del everyone
    words = [host.units[name].boot for name in command.argv[command.argv.index("--") + 1 :]]
    return (0 if "enabled" in words else 1), "\n".join(words) + "\n", ""


def _names(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del host
    (found,) = (other for other in everyone if other.name == command.argv[2])
    address = found.addresses[0][0]
    return 0, f"{address}  STREAM {found.name}\n{address}  DGRAM  \n{address}  RAW    \n", ""


def _packages(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del everyone, command
    return (
        1,
        "".join(f"{name}\tii \t1.2.3-1\n" for name in (*NEEDED, "drbd-utils", "sbd", host.tool)),
        "dpkg-query: no packages found matching fence-agents\n",
    )


def _probe(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del everyone
    said = ast.literal_eval(command.stdin.rstrip().splitlines()[-1].removeprefix("main(").removesuffix(")"))
    plan = json.loads(said)
    if "agent" in plan:
        return 0, json.dumps([[0, ""] for _ in plan["calls"]]), ""
    if "stop" in plan:
        return 0, json.dumps({"asked": 100, "answered": 60, "longest": 2.0, "total": 2.0, "back": True}), ""
    rings = [{"number": ring["number"], "socket": "bound", "heard": list(ring["peers"])} for ring in plan["rings"]]
    doors = dict.fromkeys(plan["tcp"]["peers"], "open")
    claims = {entry["address"]: host.strangers.get(entry["address"], []) for entry in plan["vips"]}
    return 0, json.dumps({"rings": rings, "doors": doors, "claims": claims, "failed": host.unasked}), ""


def _monitor(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del command
    text, code = pacemaker.monitor(host, everyone)
    return code, text, ""


def _cib(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del everyone
    if not host.running("pacemaker.service"):
        return 102, "", "cibadmin: Could not connect to the CIB API: Transport endpoint is not connected\n"
    if "--xpath" in command.argv and not etree.fromstring(host.text(paths.CIB).encode()).xpath(command.argv[-1]):
        return 105, "", "Call cib_query failed (-6): No such device or address\n"
    return 0, host.text(paths.CIB), ""


def _links(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del command
    if not host.running("corosync.service"):
        return 1, "", "Failed to initialize the cmap API. Error CS_ERR_LIBRARY\n"
    up = {other.name for other in everyone if other.running("corosync.service") and corosync.alike(other, host)}
    assert host.loaded is not None
    now = corosync.parsed(host.loaded[0])
    lines = [
        f"stats.knet.node{node['nodeid']}.link{ring}.connected (u8) = {int(name in up)}"
        for name, node in now.nodes.items()
        for ring in sorted(now.rings)
    ]
    return 0, "\n".join(lines) + "\n", ""


def _loaded(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    """Tell what Corosync read when it was started or told to read again, in the words of its cmap."""
    if "-m" in command.argv:
        return _links(host, everyone, command)
    if host.loaded is None or not host.running("corosync.service"):
        return 1, "", "Failed to initialize the cmap API. Error CS_ERR_LIBRARY\n"
    root, lines = sections.parse(host.loaded[0]), ["runtime.services.cfg.service_id (u16) = 1"]
    for name in ("totem", "quorum", "logging"):
        lines += [f"{name}.{key} (str) = {value}" for key, value in root.one(name).pairs]
    for link in root.one("totem").all("interface"):
        start = f"totem.interface.{link.get('linknumber')}"
        lines.append(f"{start}.bindnetaddr (str) = somewhere")
        lines += [f"{start}.{key} (u8) = {value}" for key, value in link.pairs if key != "linknumber"]
    for number, node in enumerate(root.one("nodelist").all("node")):
        lines += [f"nodelist.node.{number}.{key} (str) = {value}" for key, value in node.pairs]
    return 0, "\n".join([*lines, "nodelist.local_node_pos (u32) = 0"]) + "\n", ""


def _quorum(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del command
    if not host.running("corosync.service"):
        return 1, "", "Cannot initialize QUORUM service\n"
    return (0 if pacemaker.quorate(host, everyone) else 2), "", ""


def _ping(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del host
    there = {str(vip.ip) for other in everyone for vip in other.vips}
    return (0 if command.argv[-1] in there else 1), "", ""


def _always(code: int, text: str) -> Look:
    return lambda host, everyone, command: (code, text, "")  # noqa: ARG005 - the same for everybody


def _fence_agent(host: Host, everyone: Sequence[Host], command: Command) -> Answer:
    del host, everyone
    return 0, "" if command.stdin else "<resource-agent name='fence_apc'/>", ""


_LOOKS: dict[tuple[str, ...], Look] = {
    ("fence_apc",): _fence_agent,
    ("date",): lambda host, everyone, command: (0, f"{time.time():.9f}\n", ""),  # noqa: ARG005 - all have our clock
    ("uname", "-n"): lambda host, everyone, command: (0, f"{host.name}{' x86_64' * (len(command.argv) > 2)}\n", ""),  # noqa: ARG005
    ("systemctl", "is-enabled"): _boot,
    ("uname",): lambda host, everyone, command: (0, f"{host.name} x86_64\n", ""),  # noqa: ARG005
    ("id", "-u"): _always(0, "0\n"),
    ("python3", "-V"): _always(0, "Python 3.11.2\n"),
    ("python3", "-I", "-S", "-"): _probe,
    ("ip", "-json", "address", "show"): _addresses,
    ("systemctl", "show"): _units,
    ("grep",): _always(1, ""),
    ("runuser", "-u", "hacluster"): _always(0, ""),
    ("getent", "ahosts"): _names,
    ("find", "/dev"): _always(0, ""),
    ("dpkg-query",): _packages,
    ("modinfo",): _always(0, "8.4.11\n"),
    ("timedatectl",): _always(0, "NTPSynchronized=yes\n"),
    ("crm_mon",): _monitor,
    ("crm_resource", "--wait"): _always(0, ""),
    ("cibadmin", "--query"): _cib,
    ("corosync-cmapctl",): _loaded,
    # As of 2.0.5, which knows no XML: what happens to services is foretold by real ones only.
    ("crm_simulate",): _always(64, ""),
    ("corosync-quorumtool",): _quorum,
    ("ping",): _ping,
    ("ss",): _always(0, 'LISTEN 0 256 *:3128 *:* users:(("squid",pid=612,fd=11))\n'),
    ("ps",): _always(0, "    1 0::/init.scope\n  612 0::/system.slice/squid.service\n"),
}
