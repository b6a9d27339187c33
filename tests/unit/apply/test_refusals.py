"""What is refused, with nothing changed; and that --replace does it after all."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

import pytest

from hakit.apply.bootstrap import Refused, Result, bootstrap
from hakit.apply.destroy import destroy
from hakit.core import ExitCode, HakitError, Tape
from hakit.model import Cluster, Service, Vip
from hakit.observe import node as paths
from hakit.observe import record
from hakit.plan.bootstrap.refusals import Foreign, RunningOtherwise
from hakit.plan.preflight.clusters import OtherCluster
from hakit.plan.step import Stage
from tests.doubles.clock import FakeClock
from tests.doubles.disk import File
from tests.doubles.host import STACK, SimUnit
from tests.doubles.hosts import Killed, SimulatedHosts
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running

OTHER_CONF = """\
totem {
    version: 2
    cluster_name: shop
}
nodelist {
    node {
        name: qsp-b
        nodeid: 1
        ring0_addr: 10.0.0.1
    }
    node {
        name: shop-2
        nodeid: 2
        ring0_addr: 10.0.0.2
    }
}
"""
WEB = Service("web", "web.service", Vip(ip_interface("192.168.233.201/24")))


def up(wanted: Cluster, hosts: SimulatedHosts, *, replaces: bool = False) -> Result:
    hosts.notes_first = True
    return bootstrap(wanted, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True, replace=replaces)


def with_other(*, runs: bool) -> SimulatedHosts:
    hosts = SimulatedHosts(cluster())
    host = hosts.hosts["qsp-b"]
    host.disk.files |= {
        paths.COROSYNC_CONF: File(OTHER_CONF),
        paths.COROSYNC_KEY: File("the shop's key", 0o400),
    }
    if runs:
        host.units |= dict.fromkeys(STACK, SimUnit("enabled", active=True))
        host.loaded = (OTHER_CONF, "the shop's key")
        host.disk.files[paths.CIB] = File("<cib><configuration><resources/></configuration></cib>", 0o600)
    return hosts


def nothing_changed(hosts: SimulatedHosts, before: object) -> None:
    assert hosts.changes == []
    assert hosts.snapshot() == before


@pytest.mark.parametrize("runs", [True, False])
def test_a_host_of_another_cluster_is_refused_by_name(*, runs: bool) -> None:
    hosts = with_other(runs=runs)
    before = hosts.snapshot()
    with pytest.raises(Refused) as caught:
        up(cluster(), hosts)
    (finding,) = caught.value.findings
    assert finding == OtherCluster(host="qsp-b", name="shop", members=("qsp-b", "shop-2"), running=runs)
    assert "shop" in caught.value.message and "qsp-b" in caught.value.message
    nothing_changed(hosts, before)
    with pytest.raises(HakitError, match="another cluster: shop"):
        destroy(cluster(), hosts, listener=Tape(), agree=lambda _: True)
    nothing_changed(hosts, before)


@pytest.mark.parametrize("runs", [True, False])
def test_replace_takes_it_and_destroy_gives_its_files_back(*, runs: bool) -> None:
    hosts = with_other(runs=runs)
    before = hosts.snapshot()
    assert up(cluster(), hosts, replaces=True).changed
    assert destroy(cluster(), hosts, listener=Tape(), agree=lambda _: True)
    assert hosts.snapshot() == before


@pytest.mark.parametrize("after", range(0, 40, 3))
def test_a_destroy_that_is_killed_is_not_refused_for_what_it_gave_back(after: int) -> None:
    hosts = with_other(runs=False)
    before = hosts.snapshot()
    up(cluster(), hosts, replaces=True)
    hosts.notes_first = False
    hosts.die_after = after
    with pytest.raises(Killed):
        destroy(cluster(), hosts, listener=Tape(), agree=lambda _: True)
    hosts.die_after = None
    destroy(cluster(), hosts, listener=Tape(), agree=lambda _: True)
    left = {
        name: {path for path in host.disk.files if path.startswith(record.FOLDER)} for name, host in hosts.hosts.items()
    }
    assert not any(left.values())
    assert hosts.hosts["qsp-b"].text(paths.COROSYNC_CONF) == OTHER_CONF
    assert [name for name in before if hosts.hosts[name].text(paths.AGENT)] == []


def test_a_corosync_conf_that_nobody_can_read_is_refused() -> None:
    hosts = SimulatedHosts(cluster())
    hosts.hosts["qsp-a"].disk.files[paths.COROSYNC_CONF] = File("totem {")
    before = hosts.snapshot()
    with pytest.raises(Refused):
        up(cluster(), hosts)
    nothing_changed(hosts, before)
    assert up(cluster(), hosts, replaces=True).changed


def test_another_ring_of_a_running_cluster_is_refused() -> None:
    hosts = running.hosts()
    before, hosts.changes = hosts.snapshot(), []
    slower = replace(cluster(), timing=replace(cluster().timing, token=9000, consensus=10800))
    with pytest.raises(Refused) as caught:
        up(slower, hosts)
    assert caught.value.findings == (RunningOtherwise(host="qsp-a"), RunningOtherwise(host="qsp-b"))
    nothing_changed(hosts, before)


@pytest.mark.parametrize("stopped", [False, True])
def test_what_the_spec_does_not_know_is_refused_also_where_it_rests(*, stopped: bool) -> None:
    hosts = running.hosts(cluster(SQUID, WEB))
    for name in hosts.hosts if stopped else ():
        hosts.stop(name)
    before, hosts.changes = hosts.snapshot(), []
    with pytest.raises(Refused) as caught:
        up(cluster(), hosts)
    assert caught.value.findings == (Foreign(ids=("web", "web-vip", "web-unit")),)
    nothing_changed(hosts, before)
    assert up(cluster(), hosts, replaces=True).changed
    assert not hosts.hosts["qsp-a"].running("web.service")


def test_who_does_not_agree_changes_nothing() -> None:
    hosts, shown = SimulatedHosts(cluster()), list[tuple[Stage, ...]]()
    before = hosts.snapshot()

    def no(plan: tuple[Stage, ...], *_: object) -> bool:
        shown.append(plan)
        return False

    with pytest.raises(HakitError, match="nothing was changed") as caught:
        bootstrap(cluster(), hosts, clock=FakeClock(), listener=Tape(), agree=no)
    assert caught.value.code is ExitCode.DIFFERENT
    nothing_changed(hosts, before)
    assert [stage.title for stage in shown[0]][:2] == ["Take notes", "Prepare the hosts"]
    assert all(step.why for stage in shown[0] for step in stage.steps)


def test_damaged_notes_stop_everything() -> None:
    hosts = SimulatedHosts(cluster())
    for host in hosts.everyone:
        host.disk.make_folder(record.FOLDER)
        host.disk.files[record.PATH] = File("{")
    before = hosts.snapshot()
    with pytest.raises(HakitError, match="damaged"):
        up(cluster(), hosts)
    nothing_changed(hosts, before)
