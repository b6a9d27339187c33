"""ocf:hakit:vip on real nodes, beside other hosts that have addresses, and what others wrote to judge agents."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

if TYPE_CHECKING:
    from conftest import Box

AGENT = "/usr/lib/ocf/resource.d/hakit/vip"
NAME = "ocf:hakit:vip"
RNG = Path(__file__).parents[1] / "data/ocf-ra-api-1.1.rng"
# That of the lab's client, who answers for it.
TAKEN, TAKEN6 = "192.168.233.139", "fd00:233::139"
OK, GENERIC, INSTALLED, CONFIGURED, NOT_RUNNING = 0, 1, 5, 6, 7

# By a node that stands alone: not one of the configured nodes is a member of anything.
ALONE = "printf 'nodeid: 1\\nnodeid: 2\\n' > /run/t-two.conf; export HAKIT_COROSYNC_CONF=/run/t-two.conf"


def call(box: Box, action: str, **parameters: str) -> tuple[int, str]:
    """Call the agent; return its exit code and what it said."""
    env = {"OCF_ROOT": "/usr/lib/ocf", "OCF_RESOURCE_INSTANCE": "t-vip"}
    env |= {f"OCF_RESKEY_{name}": value for name, value in parameters.items()}
    done = box.run("env", *(f"{name}={value}" for name, value in env.items()), "sh", "-c", f"{ALONE}; {AGENT} {action}")
    return done.returncode, done.stdout + done.stderr


def free(box: Box) -> str:
    """Return an address that nobody has; the nodes beside this one try others at the same time."""
    return f"192.168.233.{120 + ord(box.name[-1])}"


def addresses(box: Box) -> str:
    return box.sh("ip -o address show")


def test_a_life(box: Box) -> None:
    said = {"ip": free(box), "cidr_netmask": "24", "nic": "eth0"}
    assert call(box, "monitor", **said)[0] == NOT_RUNNING
    assert [call(box, "start", **said)[0] for _ in range(2)] == [OK, OK]
    assert call(box, "monitor", **said)[0] == OK
    assert addresses(box).count(f" {free(box)}/24 brd 192.168.233.255 ") == 1
    assert "send_arp" in box.sh("cat /proc/$(cat /run/resource-agents/hakit-vip-t-vip.pid)/comm")
    assert [call(box, "stop", **said)[0] for _ in range(2)] == [OK, OK]
    assert call(box, "monitor", **said)[0] == NOT_RUNNING
    assert free(box) not in addresses(box)


def test_who_announces_ends_with_the_address(box: Box) -> None:
    said = {"ip": free(box), "cidr_netmask": "24", "nic": "eth0"}
    call(box, "start", **said)
    pid = box.sh("cat /run/resource-agents/hakit-vip-t-vip.pid")
    call(box, "stop", **said)
    assert box.run("sh", "-c", f"grep -q send_arp /proc/{pid}/cmdline").returncode != 0


def test_interface_and_prefix_by_the_routes(box: Box) -> None:
    assert call(box, "start", ip=free(box))[0] == OK
    assert f"eth0    inet {free(box)}/24" in addresses(box)
    assert call(box, "stop", ip=free(box))[0] == OK
    code, said = call(box, "start", ip="10.9.9.9")
    assert (code, "no interface of this host faces the network of 10.9.9.9" in said) == (INSTALLED, True)


def test_an_address_that_somebody_has_is_left_to_them(box: Box) -> None:
    code, said = call(box, "start", ip=TAKEN)
    assert (code, f"still has {TAKEN}" in said) == (GENERIC, True), said
    assert TAKEN not in addresses(box)
    assert call(box, "start", ip=TAKEN, check="never")[0] == OK
    assert call(box, "stop", ip=TAKEN)[0] == OK


def test_of_ipv6_the_kernel_asks(box: Box) -> None:
    mine = f"fd00:233::{ord(box.name[-1])}"
    client = box.lab.client_argv(("ip", "-6", "address", "replace", f"{TAKEN6}/64", "dev", "br0", "nodad"))
    subprocess.run(client, check=True)
    code, said = call(box, "start", ip=mine, cidr_netmask="64", nic="eth0")
    assert (code, said) == (OK, "")
    assert f"inet6 {mine}/64" in addresses(box)
    assert "tentative" not in box.sh(f"ip -o address show to {mine}")
    assert call(box, "monitor", ip=mine)[0] == OK
    assert call(box, "stop", ip=mine)[0] == OK
    code, said = call(box, "start", ip=TAKEN6, cidr_netmask="64", nic="eth0")
    assert (code, f"still has {TAKEN6}" in said) == (GENERIC, True), said
    assert TAKEN6 not in addresses(box)


def test_what_stands_in_the_way_is_said(box: Box) -> None:
    box.sh("ip link add t-down type veth peer name t-wire")
    try:
        code, said = call(box, "start", ip=free(box), cidr_netmask="24", nic="t-down")
        assert (code, "ip link set t-down up" in said) == (GENERIC, True)
        box.sh(f"ip link set t-down up; ip address add {free(box)}/32 dev t-down")
        for action in ("start", "monitor"):
            code, said = call(box, action, ip=free(box), cidr_netmask="24", nic="eth0")
            assert (code, "t-down" in said) == (GENERIC, True)
        assert call(box, "stop", ip=free(box), cidr_netmask="24", nic="eth0")[0] == OK
        assert free(box) not in addresses(box)
    finally:
        box.sh("ip link del t-down")
    code, said = call(box, "start", ip=free(box), cidr_netmask="24", nic="eth9")
    assert (code, "no interface eth9" in said) == (INSTALLED, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ip": ""},
        {"ip": "web"},
        {"ip": "192.168.233"},
        {"ip": TAKEN, "cidr_netmask": "33"},
        {"ip": TAKEN, "cidr_netmask": "255.255.255.0"},
        {"ip": TAKEN, "nic": "../eth0"},
        {"ip": TAKEN, "nic": "-all"},
        {"ip": TAKEN, "check": "always"},
    ],
    ids=str,
)
def test_what_can_t_be_meant_is_refused(box: Box, wrong: dict[str, str]) -> None:
    for action in ("validate-all", "start"):
        code, said = call(box, action, **wrong)
        assert (code, "ocf-exit-reason:" in said) == (CONFIGURED, True)
    assert [call(box, action, **wrong)[0] for action in ("monitor", "stop")] == [NOT_RUNNING, OK]


def test_a_wrong_word_beside_it_does_not_keep_the_address_from_being_stopped(box: Box) -> None:
    said = {"ip": free(box), "cidr_netmask": "24", "nic": "eth0"}
    assert call(box, "start", **said)[0] == OK
    assert call(box, "stop", **said, check="sometimes")[0] == OK
    assert free(box) not in addresses(box)


def test_ocf_tester(box: Box) -> None:
    said = box.sh(f"OCF_ROOT=/usr/lib/ocf ocf-tester -n t-vip -o ip={free(box)} -o nic=eth0 {AGENT}")
    assert f"{AGENT} passed all tests" in said


def test_meta_data_is_valid_by_every_schema(box: Box) -> None:
    box.sh(f"cd /usr/share/resource-agents; {AGENT} meta-data | xmllint --noout --valid --nonet -")
    etree.RelaxNG(etree.parse(RNG)).assertValid(etree.fromstring(box.sh(f"{AGENT} meta-data").encode()))
    box.sh(
        f"{AGENT} meta-data > /run/t-vip.xml; xmllint --nonet --noout --relaxng /usr/share/pcs/data/ocf-1.1.rng /run/t-vip.xml"
    )
    done = box.run("crm_resource", f"--show-metadata={NAME}")
    assert "<!ATTLIST" not in done.stdout
    assert "assertion" not in done.stderr


def test_pcs_and_crm_describe_it(box: Box) -> None:
    assert "ip (required)" in box.sh(f"pcs resource describe {NAME}")
    assert "ip*" in box.sh(f"crm ra info {NAME}")
