"""Clusters made by hand with the real pcs and crm are imported: what a spec can say is in it, the rest is listed."""

from __future__ import annotations

from collections.abc import Sequence

from hakit import spec
from hakit.author.cluster.read import Import, Texts, read
from hakit.core import Severity
from hakit.model import Agent, Service, Switchback, TcpQuestion
from tests.tools.conftest import Tools

EMPTY = """\
<cib crm_feature_set="3.1.0" admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.5">
  <configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/>
</cib>
"""
SETUP = (
    "pcs", "cluster", "setup", "squidha",
    "qsp-a", "addr=192.168.233.11", "addr=172.16.233.11", "qsp-b", "addr=192.168.233.12", "addr=172.16.233.12",
    "--corosync_conf", "/mnt/corosync.conf", "--overwrite",
)  # fmt: skip
IP = "ocf:heartbeat:IPaddr2 ip=192.168.233.200 cidr_netmask=24"
# Without a running systemd pcs and crm know no unit: it is forced, with the operations that pcs would choose.
OPS = "op monitor interval=60 timeout=100 op start interval=0s timeout=100 op stop interval=0s timeout=100"


def by_pcs(tools: Tools, commands: Sequence[str]) -> Import:
    return made(tools, [("pcs", "-f", "/mnt/cib.xml", *command.split()) for command in commands])


def by_crm(tools: Tools, commands: Sequence[str]) -> Import:
    start = ("env", "CIB_file=/mnt/cib.xml", "crm", "--force", "configure")
    return made(tools, [(*start, *command.split()) for command in commands])


def made(tools: Tools, commands: Sequence[tuple[str, ...]]) -> Import:
    (tools.files / "cib.xml").write_text(EMPTY)
    for argv in (SETUP, *commands):
        done = tools.run(*argv)
        assert done.returncode == 0, (argv, done.stdout, done.stderr)
    return read(Texts((tools.files / "corosync.conf").read_text(), (tools.files / "cib.xml").read_text()))


def services(found: Import) -> tuple[Service, ...]:
    """The spec that was written means the cluster that was found."""
    cluster, faults = spec.check_text(found.text, "hakit.yaml")
    assert cluster == found.cluster, "\n".join((found.text, *(fault.line() for fault in faults)))
    return found.cluster.services


def warned(found: Import) -> list[str]:
    return sorted(each.code for each in found.findings if each.severity is not Severity.NOTE)


def test_a_group_and_ungrouped_resources_by_pcs(tools: Tools) -> None:
    found = by_pcs(
        tools,
        (
            "property set stonith-enabled=false",
            f"resource create squid-vip {IP} --group squid",
            f"resource create squid-unit systemd:squid {OPS} --group squid --force",
            f"resource create ip {IP.replace('.200', '.201')}",
            f"resource create web systemd:nginx {OPS} --force",
            "constraint colocation add web with ip INFINITY",
            "constraint order ip then web",
            "constraint location web prefers qsp-b=50",
            "constraint order squid then web",
            "constraint colocation add web with squid",
            "constraint location squid avoids qsp-b=7",
            "resource create beat ocf:pacemaker:Dummy",
            "resource defaults update resource-stickiness=100",
        ),
    )
    squid, web = services(found)
    assert (squid.name, squid.unit, squid.agent) == ("squid", "squid.service", Agent.SYSTEMD)
    assert squid.vip is not None and str(squid.vip.interface) == "192.168.233.200/24"
    assert (web.name, web.prefer, web.switchback) == ("web", "qsp-b", Switchback.NEVER)
    assert web.depends_on == ("squid",)
    assert found.cluster.timing.unit_interval == 60
    # The resource that is no service, the negative preference, and why there is no fencing.
    assert warned(found) == ["HK401", "HK404", "HK409"]


def test_ungrouped_resources_by_crm(tools: Tools) -> None:
    found = by_crm(
        tools,
        (
            "property stonith-enabled=false",
            "primitive vip IPaddr2 params ip=192.168.233.200 op monitor interval=10s",
            "primitive web ocf:hakit:quickservice params unit=nginx.service probe_tcp=80 op monitor interval=2s timeout=120s",
            "colocation c1 inf: web vip",
            "order o1 Mandatory: vip web",
            "location l1 web inf: qsp-a",
            "rsc_defaults migration-threshold=2",
        ),
    )
    (web,) = services(found)
    assert web.vip is not None and str(web.vip.interface) == "192.168.233.200/24"
    assert web.probe is not None and web.probe.question == TcpQuestion(80)
    assert (web.prefer, web.switchback) == ("qsp-a", Switchback.AUTOMATIC)
    assert found.cluster.timing.migration_threshold == 2
    assert warned(found) == ["HK409"]
