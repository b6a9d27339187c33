"""Where a unit listens, by what ss and ps of bookworm print."""

from __future__ import annotations

from hakit.core import Outcome
from hakit.observe import listening

SS = """\
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=91,fd=3))
LISTEN 0      256                *:3128             *:*    users:(("squid",pid=613,fd=11))
LISTEN 0      256  192.168.233.200:80         0.0.0.0:*    users:(("squid",pid=613,fd=12))
LISTEN 0      256        127.0.0.1:8080       0.0.0.0:*    users:(("squid",pid=613,fd=13))
LISTEN 0      256     [fd00::200]:443            [::]:*    users:(("squid",pid=613,fd=14))
"""
PS = """\
      1 0::/init.scope
     91 0::/system.slice/ssh.service
    611 0::/system.slice/squid.service
    613 1:name=systemd:/lab/system.slice/squid.service,0::/lab
"""


def ports(unit: str, address: str) -> tuple[int, ...]:
    said = zip(listening.ACTIONS, (SS, PS), strict=True)
    return listening.read([Outcome("qsp-a", action, 0, text, "", 0.1) for action, text in said], unit, address)


def test_ports_that_the_vip_has_of_the_unit_s_own_processes() -> None:
    assert ports("squid.service", "192.168.233.200") == (80, 3128)
    assert ports("squid.service", "fd00::200") == (443, 3128)
    assert ports("ssh.service", "192.168.233.200") == (22,)


def test_a_unit_that_listens_nowhere() -> None:
    assert ports("cron.service", "192.168.233.200") == ()
    assert ports("quid.service", "192.168.233.200") == ()
