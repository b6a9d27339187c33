"""The lab itself, from outside: two real hosts on two networks, with no way out, that can be broken and mended."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

from hakit.core import Command, Outcome, Tape
from hakit.core.event import Note
from hakit.lab import layout, network, report
from hakit.lab.lab import Lab
from hakit.lab.network import Cable
from hakit.run import machine
from tests.cluster.conftest import Client

pytestmark = [pytest.mark.usefixtures("fresh_lab"), pytest.mark.first_release]

HAKIT = (sys.executable, "-m", "hakit", "lab")
Hosts = dict[str, Host]


def do(*argv: str) -> Outcome:
    return machine.run(Command(argv, timeout=120))


def ssh(lab: Lab, node: str, *words: str, options: tuple[str, ...] = ()) -> Outcome:
    return do("ssh", "-F", str(lab.ssh_config), "-o", "BatchMode=yes", *options, node, *words)


def pings(lab: Lab, source: str, address: str) -> bool:
    return do(*lab.node_argv(source, ("ping", "-c", "1", "-W", "1", address))).ok


@pytest.fixture
def healed(lab: Lab) -> Iterator[Lab]:
    """The lab, whole again afterwards."""
    yield lab
    lab.repair()
    for node in lab.nodes:
        for ring in range(len(layout.RINGS)):
            lab.heal(node.name, ring)


def test_nodes_are_what_debian_installs(lab: Lab, hosts: Hosts) -> None:
    for name, host in hosts.items():
        assert host.system_info.codename == lab.release
        assert host.check_output("hostname") == name
        units = ("corosync", "pacemaker", "pcsd", "squid", "nginx", "ssh")
        assert host.check_output(f"systemctl is-active {' '.join(units)}").split() == ["active"] * len(units)
        assert host.check_output(f"systemctl is-enabled {' '.join(units)}").split() == ["enabled"] * len(units)
        assert host.check_output("systemctl is-system-running") == "running"
        assert host.file("/etc/corosync/corosync.conf").contains("cluster_name: debian")


def test_nodes_differ_where_hosts_do(hosts: Hosts) -> None:
    ids = {host.file("/etc/machine-id").content_string for host in hosts.values()}
    keys = {host.file("/etc/ssh/ssh_host_ed25519_key.pub").content_string for host in hosts.values()}
    assert len(ids) == len(keys) == len(hosts)


def test_two_networks(lab: Lab, hosts: Hosts) -> None:
    for node in lab.nodes:
        for ring, address in enumerate(node.addresses):
            assert address in hosts[node.name].interface(f"eth{ring}").addresses
    assert all(pings(lab, "qsp-a", address) for address in lab.nodes[1].addresses)


def test_names_resolve_alike(lab: Lab, hosts: Hosts) -> None:
    for host in hosts.values():
        for node in lab.nodes:
            assert host.addr(node.name).ipv4_addresses == [node.addresses[0]]


def test_no_way_out(lab: Lab) -> None:
    spaces = network.namespaces(lab.layout)
    assert len(spaces) == 1 + len(lab.nodes)
    for space in spaces:
        assert do("ip", "-n", space, "route", "show", "default").stdout == ""
        links = json.loads(do("ip", "-n", space, "-details", "-json", "link", "show").stdout)
        assert {link.get("linkinfo", {}).get("info_kind", "lo") for link in links} <= {"lo", "veth", "bridge"}
    assert not pings(lab, "qsp-a", "192.0.2.1")


def test_nothing_in_the_machines_own_network() -> None:
    # A cable out of the lab would have its other end here, and name the lab's namespace as that of its peer.
    names = {
        each["nsid"]: each.get("name", "") for each in json.loads(do("ip", "-json", "netns", "list-id").stdout or "[]")
    }
    links = json.loads(do("ip", "-details", "-json", "link", "show").stdout)
    assert not [link for link in links if names.get(link.get("link_netnsid"), "").startswith("hakit.")]
    addresses = do("ip", "-json", "address", "show").stdout
    assert not any(f'"{ring}.' in addresses for ring in layout.RINGS)
    assert "qsp-a" not in addresses


def test_host_keys_are_checked(lab: Lab, tmp_path: Path) -> None:
    right = (lab.layout.folder / "known_hosts").read_text()
    lines = right.splitlines()
    other = lines[1].split()[2]
    wrong = tmp_path / "known_hosts"
    wrong.write_text(right.replace(lines[0].split()[2], other))
    refused = ssh(lab, "qsp-a", "true", options=("-o", f"UserKnownHostsFile={wrong}"))
    assert refused.code == 255
    assert "host key" in refused.stderr.lower()
    assert ssh(lab, "qsp-a", "true").ok


def test_nodes_log_into_each_other(lab: Lab) -> None:
    for near, far in (("qsp-a", "qsp-b"), ("qsp-b", "qsp-a"), ("qsp-a", "qsp-a")):
        assert ssh(lab, near, "ssh", "-o", "BatchMode=yes", far, "hostname").stdout.strip() == far


def test_squid_serves_the_client(lab: Lab, client: Client) -> None:
    for number, node in enumerate(lab.nodes):
        page = client.fetch(f"/numbered/{number}", proxy=f"{node.addresses[0]}:3128")
        assert (page.code, page.body) == (200, f"{number}\n")
        assert node.name in page.via, "the proxy names itself, differently on each node"


def test_origin_answers_what_it_has(client: Client) -> None:
    assert client.fetch("/ping", proxy="").body == "ok\n"
    assert client.fetch("/kept", proxy="").body == "ok\n"
    assert client.fetch("/numbered/x", proxy="").code == 404


def test_shell_runs_a_command_and_ends_with_its_code(lab: Lab) -> None:
    name = f"--name={lab.layout.name}"
    inside = do(*HAKIT, "shell", name, "qsp-b", "sh", "-c", "hostname; exit 7")
    assert (inside.code, inside.stdout) == (7, "qsp-b\n")
    client = do(*HAKIT, "shell", name, "client", "ip", "-brief", "address", "show", "br0")
    assert "192.168.233.139/24" in client.stdout
    assert do(*HAKIT, "shell", name, "qsp-z", "true").code == 2


def test_no_door_into_a_node_gives_more_than_the_node_has(lab: Lab) -> None:
    """A command in a node must not set the machine's clock or load modules into its kernel."""
    look = ("grep", "CapBnd", "/proc/self/status")
    by_shell = do(*HAKIT, "shell", f"--name={lab.layout.name}", "qsp-a", *look).stdout
    assert by_shell == ssh(lab, "qsp-a", *look).stdout
    bounds = int(by_shell.split()[1], 16)
    assert not bounds >> 25 & 1, "CAP_SYS_TIME"
    assert not bounds >> 16 & 1, "CAP_SYS_MODULE"
    assert bounds >> 12 & 1, "CAP_NET_ADMIN"


def test_status_tells(lab: Lab) -> None:
    told = do(*HAKIT, "status", f"--name={lab.layout.name}", "--json")
    assert told.code == 0
    said = json.loads(told.stdout)
    assert said["healthy"]
    assert [node["name"] for node in said["nodes"]] == ["qsp-a", "qsp-b"]
    assert all(node["on"] for node in said["nodes"])


def test_up_again_changes_nothing(lab: Lab) -> None:
    leaders = [lab.leader(node.name) for node in lab.nodes]
    tape = Tape()
    Lab.up(lab.layout.name, tape)
    assert [lab.leader(node.name) for node in lab.nodes] == leaders
    assert [event.text for event in tape.events if isinstance(event, Note)] == [
        f"the lab {lab.layout.name} is up already; nothing to do"
    ]


def test_up_with_other_wishes_is_refused(lab: Lab) -> None:
    refused = do(*HAKIT, "up", f"--name={lab.layout.name}", "--nodes=3")
    assert refused.code == 2
    assert "2 nodes" in refused.stderr


def test_cut_keeps_the_carrier_and_heals(healed: Lab, hosts: Hosts) -> None:
    far = healed.nodes[0].addresses
    healed.cut("qsp-a", 1)
    assert not pings(healed, "qsp-b", far[1])
    assert pings(healed, "qsp-b", far[0])
    assert hosts["qsp-a"].file("/sys/class/net/eth1/carrier").content_string.strip() == "1"
    assert not report.look(healed).healthy
    healed.heal("qsp-a", 1)
    assert pings(healed, "qsp-b", far[1])


def test_a_pulled_cable_loses_the_carrier(healed: Lab, hosts: Hosts) -> None:
    healed.carrier("qsp-a", 1, up=False)
    assert hosts["qsp-a"].file("/sys/class/net/eth1/carrier").content_string.strip() == "0"
    assert healed.nodes[0].addresses[1] in hosts["qsp-a"].interface("eth1").addresses
    healed.carrier("qsp-a", 1, up=True)
    assert pings(healed, "qsp-b", healed.nodes[0].addresses[1])


def test_power(healed: Lab) -> None:
    lab, node = healed, healed.nodes[1]
    assert ssh(lab, "qsp-b", "touch /root/kept && sync && ip address add 192.168.233.199/24 dev eth0").ok
    lab.cut("qsp-b", 1)
    lab.power_off("qsp-b")
    assert lab.leader("qsp-b") is None
    assert not pings(lab, "qsp-a", node.addresses[0])
    assert not pings(lab, "qsp-a", "192.168.233.199"), "a dead node's addresses are dead with it"
    lab.power_on("qsp-b")
    assert ssh(lab, "qsp-b", "test -e /root/kept").ok
    assert not pings(lab, "qsp-a", "192.168.233.199")
    assert network.cable(lab.layout, "qsp-b", 1) is Cable.CUT
    assert not pings(lab, "qsp-a", node.addresses[1]), "a switch stays dead over a power cycle"


def test_up_boots_what_is_off(healed: Lab) -> None:
    healed.power_off("qsp-a")
    Lab.up(healed.layout.name, Tape())
    assert ssh(healed, "qsp-a", "systemctl is-active pcsd").ok


def test_a_node_that_reboots_itself_comes_back(healed: Lab) -> None:
    before = ssh(healed, "qsp-a", "cat /proc/sys/kernel/random/uuid > /run/this-boot; ls /run/this-boot")
    assert before.ok
    ssh(healed, "qsp-a", "systemctl reboot")
    healed.repair()
    assert ssh(healed, "qsp-a", "test -e /run/this-boot").code == 1


def test_reset_makes_the_nodes_new(lab: Lab) -> None:
    assert ssh(lab, "qsp-a", "touch /root/gone && systemctl disable squid").ok
    lab.cut("qsp-a", 1)
    lab.reset()
    assert ssh(lab, "qsp-a", "test -e /root/gone").code == 1
    assert ssh(lab, "qsp-a", "systemctl is-enabled squid").ok
    assert pings(lab, "qsp-b", lab.nodes[0].addresses[1])
