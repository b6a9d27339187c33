"""The lab of virtual machines, from outside: what containers do, and what needs a kernel and disks of one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from hakit.core import Command, Outcome, Tape
from hakit.core.errors import HakitError
from hakit.core.event import Note
from hakit.lab import layout, network, report
from hakit.lab.lab import Lab, Safety
from hakit.lab.network import Cable
from hakit.lab.recipe import Release
from hakit.run import machine
from tests.cluster.conftest import ORIGIN, Client, Teller, test_lab_name
from tests.cluster.traces import traces

# An image is made, and machines boot, all on an emulated processor.
pytestmark = [pytest.mark.timeout(1800), pytest.mark.only_all("what needs virtual machines")]

HAKIT = (sys.executable, "-m", "hakit", "lab")
DATA, SHARED = "/dev/disk/by-id/virtio-data", "/dev/disk/by-id/virtio-sbd"
LONG = 120.0


def do(*argv: str) -> Outcome:
    return machine.run(Command(argv, timeout=LONG))


def inside(lab: Lab, node: str, *argv: str) -> Outcome:
    return do(*lab.node_argv(node, argv))


def pings(lab: Lab, source: str, address: str) -> bool:
    return inside(lab, source, "ping", "-c", "1", "-W", "2", address).ok


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two machines with bookworm; afterwards nothing is left of them."""
    name = test_lab_name("vm")
    try:
        yield Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True, whole=True)
    finally:
        Lab.down(name)
    assert traces(layout.layout(name)) == set()


def test_nodes_are_reached_and_have_their_addresses(lab: Lab) -> None:
    for node in lab.nodes:
        by_ssh = do("ssh", "-F", str(lab.ssh_config), "-o", "BatchMode=yes", node.name, "hostname; uname -r")
        assert by_ssh.stdout.split()[0] == node.name
        assert by_ssh.stdout.split()[1] != do("uname", "-r").stdout.strip(), "a kernel of its own"
        shown = inside(lab, node.name, "ip", "-4", "-brief", "address", "show", "scope", "global").stdout.split("\n")
        seen = [line.split()[0] + " " + line.split()[2] for line in shown if line]
        assert seen[:2] == [f"eth{ring} {address}/24" for ring, address in enumerate(node.addresses)]
    for address in lab.nodes[1].addresses:
        assert pings(lab, "qsp-a", address)
    assert not pings(lab, "qsp-a", "192.0.2.1"), "there is no way out"
    assert do("ip", "-n", lab.layout.namespace, "route", "show", "default").stdout == ""


def test_a_command_arrives_as_it_was_given(lab: Lab) -> None:
    words = ("a b", "$HOME", "'", '"', "*", "", "\\")
    said = inside(lab, "qsp-a", "python3", "-c", "import sys; print(sys.argv[1:])", *words)
    assert said.stdout == f"{list(words)}\n"
    name = f"--name={lab.layout.name}"
    assert do(*HAKIT, "shell", name, "qsp-b", "sh", "-c", "hostname; exit 7").code == 7


def test_client_and_nodes_reach_the_origin_server(lab: Lab) -> None:
    assert Client(lab).fetch("/ping", proxy="").body == "ok\n"
    for number, node in enumerate(lab.nodes):
        assert inside(lab, node.name, "curl", "-sS", f"{ORIGIN}/numbered/{number}").stdout == f"{number}\n"


def test_nodes_have_what_only_machines_have(lab: Lab) -> None:
    assert inside(lab, "qsp-a", "modprobe", "drbd").ok
    assert inside(lab, "qsp-a", "blockdev", "--getsize64", "/dev/vdb", DATA, SHARED).stdout.split() == [
        str(256 << 20), str(256 << 20), str(10 << 20),
    ]  # fmt: skip
    watchdog = inside(lab, "qsp-a", "cat", "/sys/class/watchdog/watchdog0/identity")
    assert "i6300ESB" in watchdog.stdout, watchdog
    assert inside(lab, "qsp-a", "test", "-c", "/dev/watchdog").ok


def test_nodes_share_a_disk(lab: Lab) -> None:
    wrote = inside(lab, "qsp-a", "sh", "-c", f"printf %512s hello | dd of={SHARED} oflag=direct bs=512 conv=fsync")
    assert wrote.ok, wrote
    read = inside(lab, "qsp-b", "dd", f"if={SHARED}", "iflag=direct", "bs=512", "count=1")
    assert read.stdout.strip() == "hello"


def test_a_cut_ring_heals(lab: Lab) -> None:
    near, far = lab.nodes
    for ring in range(len(layout.RINGS)):
        lab.cut(near.name, ring)
    assert not any(pings(lab, far.name, address) for address in near.addresses)
    assert inside(lab, near.name, "cat", "/sys/class/net/eth0/carrier").stdout.strip() == "1", "and it is still reached"
    assert not report.look(lab).healthy
    for ring in range(len(layout.RINGS)):
        lab.heal(near.name, ring)
    assert all(pings(lab, far.name, address) for address in near.addresses)


def test_a_pulled_cable_loses_the_carrier(lab: Lab) -> None:
    lab.carrier("qsp-a", 1, up=False)
    assert inside(lab, "qsp-a", "cat", "/sys/class/net/eth1/carrier").stdout.strip() == "0"
    lab.carrier("qsp-a", 1, up=True)
    assert inside(lab, "qsp-a", "cat", "/sys/class/net/eth1/carrier").stdout.strip() == "1"
    assert pings(lab, "qsp-b", lab.nodes[0].addresses[1])


def test_a_frozen_node_is_silent_until_it_is_thawed(lab: Lab) -> None:
    lab.freeze("qsp-b")
    assert not pings(lab, "qsp-a", lab.nodes[1].addresses[0])
    lab.thaw("qsp-b")
    assert pings(lab, "qsp-a", lab.nodes[1].addresses[0])


def test_power_off_and_on_keeps_the_disks(lab: Lab) -> None:
    kept = "echo kept > /root/kept && sync && printf kept | dd of=/dev/vdb conv=fsync"
    assert inside(lab, "qsp-b", "sh", "-c", kept).ok
    lab.cut("qsp-b", 1)
    lab.power_off("qsp-b")
    assert lab.leader("qsp-b") is None
    assert not pings(lab, "qsp-a", lab.nodes[1].addresses[0])
    with pytest.raises(HakitError, match="off"):
        lab.node_argv("qsp-b", ("true",))
    lab.power_on("qsp-b", Teller())
    assert inside(lab, "qsp-b", "cat", "/root/kept").stdout == "kept\n"
    assert inside(lab, "qsp-b", "head", "-c", "4", "/dev/vdb").stdout == "kept"
    assert network.cable(lab.layout, "qsp-b", 1) is Cable.CUT
    assert not pings(lab, "qsp-a", lab.nodes[1].addresses[1]), "a switch stays dead over a power cycle"


def test_reset_makes_nodes_and_disks_new(lab: Lab) -> None:
    lab.reset(Teller())
    assert not inside(lab, "qsp-b", "test", "-e", "/root/kept").ok
    for disk in (DATA, SHARED):
        assert inside(lab, "qsp-b", "cmp", "--bytes=4096", disk, "/dev/zero").ok, disk
    assert pings(lab, "qsp-a", lab.nodes[1].addresses[1]), "the cut was forgotten"


def test_up_again_changes_nothing(lab: Lab) -> None:
    leaders = [lab.leader(node.name) for node in lab.nodes]
    tape = Tape()
    assert Lab.up(lab.layout.name, tape).vm
    assert [lab.leader(node.name) for node in lab.nodes] == leaders
    assert [event.text for event in tape.events if isinstance(event, Note)] == [
        f"the lab {lab.layout.name} is up already; nothing to do"
    ]
    with pytest.raises(HakitError, match="in virtual machines"):
        Lab.up(lab.layout.name, Tape(), safety=Safety(fencing=True))
