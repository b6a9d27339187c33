"""Preflight against real hosts: bare ones have no fault, each thing that is broken is found, nothing is changed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest
from testinfra.host import Host

from hakit.apply.preflight import preflight
from hakit.core import Severity, Tape
from hakit.lab.lab import Lab
from hakit.model import Vip
from hakit.plan.preflight import boot, clusters, reach, vips
from hakit.run.hosts import Hosts
from tests.cluster.broken_things import CASES, VIP, A, B, Breaker, Case, found, masked, restarting, wanted

pytestmark = [pytest.mark.usefixtures("fresh_lab"), pytest.mark.first_release]


@pytest.fixture
def undo() -> Iterator[ExitStack]:
    """What to put right again after the test, the last thing first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def breaker(lab: Lab, undo: ExitStack) -> Breaker:
    return Breaker(lab, undo)


def test_bare_hosts_have_notes_only(lab: Lab) -> None:
    report = preflight(wanted(lab), Hosts(ssh_config=lab.ssh_config), Tape())
    assert report.errors == ()
    kinds = {type(finding) for finding in report.findings}
    assert kinds >= {boot.UnitEnabled, boot.UnitRunning, clusters.StockCorosync}
    assert all(finding.severity is Severity.NOTE for finding in report.findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_one_broken_thing_is_one_finding(lab: Lab, breaker: Breaker, case: Case) -> None:
    expected = case(breaker)
    assert found(lab) == expected


def test_the_wrong_host_key(lab: Lab, tmp_path: Path) -> None:
    known = (lab.layout.folder / "known_hosts").read_text().splitlines()
    keys = [line.split(" ", 1)[1] for line in known]
    swapped = tmp_path / "known_hosts"
    swapped.write_text(f"{known[0].split(' ')[0]} {keys[1]}\n{known[1]}\n")
    config = tmp_path / "ssh_config"
    config.write_text(lab.ssh_config.read_text().replace(str(lab.layout.folder / "known_hosts"), str(swapped)))
    (finding,) = found(lab, ssh_config=config)
    assert isinstance(finding, reach.WrongHostKey)
    assert finding.host == A


def test_a_login_that_is_refused(lab: Lab, tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(lab.ssh_config.read_text().replace("User root", "User nobody"))
    findings = found(lab, ssh_config=config)
    assert [(type(finding), getattr(finding, "host", "")) for finding in findings] == [
        (reach.Unreachable, A),
        (reach.Unreachable, B),
    ]


def test_an_ipv6_virtual_ip_that_somebody_has(lab: Lab, breaker: Breaker) -> None:
    vip = ip_interface("fd00:233::200/64")
    for number, node in enumerate((A, B), start=11):
        breaker.later(node, "ip", "address", "delete", f"fd00:233::{number}/64", "dev", "eth0")
        breaker.do(node, "ip", "address", "add", f"fd00:233::{number}/64", "dev", "eth0", "nodad")
    cluster = wanted(lab)
    cluster = replace(cluster, services=(replace(cluster.services[0], vip=Vip(vip)),))
    assert found(lab, cluster=cluster) == []
    breaker.undo.callback(breaker.client, "ip", "address", "delete", str(vip), "dev", "br0")
    breaker.client("ip", "address", "add", str(vip), "dev", "br0", "nodad")
    (finding,) = found(lab, cluster=cluster)
    assert isinstance(finding, vips.VipAnswers)
    assert (finding.address, finding.seen_from) == (vip.ip, (A, B))


@contextmanager
def unchanged(breaker: Breaker, hosts: dict[str, Host]) -> Iterator[None]:
    """Expect that nothing on the nodes is other than before."""
    before = {name: state(breaker, host, name) for name, host in hosts.items()}
    for name in hosts:
        breaker.do(name, "touch", "/run/before")
    yield
    assert {name: state(breaker, host, name) for name, host in hosts.items()} == before
    for name in hosts:
        # What the stock daemons write by themselves lies in these places.
        away = ("/var/log", "/var/lib/pacemaker", "/var/lib/systemd", "/var/spool/squid", "/var/cache/man")
        skip = [word for path in away for word in ("-not", "-path", f"{path}/*")]
        assert breaker.do(name, "find", "/", "-xdev", "-type", "f", "-newer", "/run/before", *skip).stdout == ""


def state(breaker: Breaker, host: Host, name: str) -> dict[str, object]:
    units = ("corosync", "pacemaker", "pcsd", "squid", "nginx", "ssh")
    return {
        "enabled": {unit: host.service(unit).is_enabled for unit in units},
        "running since": breaker.do(
            name, "systemctl", "show", "--property=MainPID,ActiveEnterTimestampMonotonic", *units
        ).stdout,
        "listening": sorted(breaker.do(name, "ss", "-lntuH").stdout.split("\n")),
        "addresses": [link["addr_info"] for link in json.loads(breaker.do(name, "ip", "-json", "address").stdout)],
        "who has the VIP": breaker.do(name, "ip", "neigh", "show", "to", str(VIP)).stdout,
        "files": breaker.do(name, "ls", "/tmp", "/root", "/etc/corosync").stdout,  # noqa: S108 - looked at only
    }


def test_nothing_is_changed(lab: Lab, breaker: Breaker, hosts: dict[str, Host]) -> None:
    found(lab)  # the first login of all leaves its traces before we look
    with unchanged(breaker, hosts):
        assert found(lab) == []


def hakit(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "hakit", *argv), capture_output=True, text=True, check=False, timeout=120
    )


def test_the_command(lab: Lab, breaker: Breaker) -> None:
    command = ("preflight", str(lab.spec), "--ssh-config", str(lab.ssh_config))
    fine = hakit(*command)
    assert (fine.returncode, "no errors, no warnings" in fine.stdout) == (0, True)
    assert A in fine.stderr
    restarting(breaker)
    assert hakit(*command).returncode == 0
    masked(breaker)
    bad = hakit(*command, "--json")
    assert bad.returncode == 4
    answer = json.loads(bad.stdout)
    assert answer["ok"] is False
    assert {finding["kind"] for finding in answer["findings"]} >= {"UnitMasked"}
    plain = hakit(*command)
    assert plain.returncode == 4
    assert "systemctl unmask squid.service" in plain.stdout


def test_a_running_cluster_of_ours_has_no_fault(lab: Lab) -> None:
    made = hakit("bootstrap", str(lab.spec), "--ssh-config", str(lab.ssh_config), "--yes")
    assert made.returncode == 0, made.stderr
    report = preflight(wanted(lab), Hosts(ssh_config=lab.ssh_config), Tape())
    assert [finding for finding in report.findings if finding.severity is not Severity.NOTE] == []
    assert any(fact.has(VIP) for fact in report.facts.values())
    assert all(fact.running_cluster for fact in report.facts.values())
    # Its packets and ours must not meet: no ring is probed.
    assert all(fact.network and fact.network.rings == () for fact in report.facts.values())
    assert not {boot.UnitEnabled, boot.UnitRunning} & {type(finding) for finding in report.findings}
