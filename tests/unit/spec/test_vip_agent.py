"""Who holds a virtual IP when the spec doesn't say so."""

from __future__ import annotations

import pytest

from hakit import spec
from hakit.model import VipAgent

SPEC = """\
cluster: demo
nodes:
  qsp-a: { rings: [192.168.233.11, 172.16.233.11] }
  qsp-b: { rings: [192.168.233.12, 172.16.233.12] }
fencing: { none: lab }
services:
  squid:
    unit: squid.service
"""
VOLUME = "    volume: { device: /dev/vdb, mount: /srv/squid }\n"
STOCK, OURS = VipAgent.STOCK, VipAgent.OURS


@pytest.mark.parametrize(
    ("more", "vip", "agent"),
    [
        ("", "192.168.233.200/24", STOCK),
        (VOLUME, "192.168.233.200/24", OURS),
        ("    agent: quickservice\n", "192.168.233.200/24", OURS),
        (VOLUME, "{ address: 192.168.233.200/24, agent: IPaddr2 }", STOCK),
        ("", "{ address: 192.168.233.200/24, agent: vip }", OURS),
    ],
)
def test_only_a_service_without_anything_of_ours_has_a_stock_one_unless_the_spec_says_so(
    more: str, vip: str, agent: VipAgent
) -> None:
    known, faults = spec.check_text(f"{SPEC}    vip: {vip}\n{more}", "demo.yaml")
    assert faults == ()
    assert known is not None
    (service,) = known.services
    assert service.vip is not None
    assert service.vip.agent is agent
    said = spec.written(known)
    assert ("agent: IPaddr2" in said, "agent: vip" in said) == ("IPaddr2" in vip, "agent: vip" in vip)
    assert spec.check_text(said, "written.yaml")[0] == known
