"""In a cluster of one node: what Pacemaker makes of the agent, and the agent of Pacemaker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from lxml import etree

if TYPE_CHECKING:
    from conftest import Box

NAME = "ocf:hakit:quickservice"
PAGE = "probe_http=http://127.0.0.1:8080/"


class Cluster:
    """The stock cluster of one node that Debian's packages come with."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def up(self) -> None:
        self.box.sh("systemctl start corosync pacemaker")
        self.until("the node is online", lambda: self.seen().find("nodes/node[@online='true']") is not None, 180)
        self.pcs("property", "set", "stonith-enabled=false")

    def pcs(self, *argv: str) -> str:
        done = self.box.run("pcs", *argv)
        assert done.returncode == 0, f"pcs {' '.join(argv)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def create(self, *options: str) -> None:
        self.pcs("resource", "create", "web", NAME, *options)
        self.until("it runs", self.runs)

    def seen(self) -> etree._Element:
        """What crm_mon says; nothing while there is no cluster to ask."""
        done = self.box.run("crm_mon", "--one-shot", "--inactive", "--output-as=xml")
        return etree.fromstring((done.stdout if done.returncode == 0 else "<none/>").encode())

    def runs(self) -> bool:
        """Started, and not merely about to be: crm_mon calls a resource active from the moment its start begins."""
        return self.seen().find(".//resource[@id='web'][@role='Started'][@failed='false']") is not None

    def failures(self) -> int:
        self.until("crm_mon answers", lambda: self.seen().find("resources") is not None)
        counts = self.seen().iterfind(".//resource_history[@id='web']")
        return sum(int(item.get("fail-count", "0").replace("INFINITY", "1000000")) for item in counts)

    def story(self) -> str:
        """What Pacemaker holds against the resource, and what the agent and systemd told the log."""
        asked = (
            ("crm_mon", "--one-shot", "--inactive", "--operations", "--failcounts"),
            ("journalctl", "--no-pager", "--lines=80", "--output=short-precise"),
        )
        return "\n".join(self.box.run(*argv).stdout for argv in asked)

    def watching(self) -> None:
        """Wait until a monitor stays: the second of the series."""
        self.until("a monitor watches", lambda: self.box.run("pgrep", "-f", "quickservice monitor").returncode == 0, 90)
        self.until(
            "it stays",
            lambda: all(self.box.run("pgrep", "-f", "quickservice monitor").returncode == 0 for _ in range(8)),
            90,
        )

    def until(self, what: str, good: Callable[[], bool], timeout: float = 120) -> float:
        began = time.monotonic()
        while not good():
            assert time.monotonic() - began < timeout, f"not so after {timeout} s: {what}\n{self.story()}"
            time.sleep(0.02)  # noqa: TID251 - the node has a clock of its own
        return time.monotonic() - began

    def settle(self, after: str = "") -> None:
        done = self.box.run("crm_resource", "--wait", "--timeout=90")
        if done.returncode != 0:
            log = self.box.run(
                "journalctl", "--no-pager", "--lines=40", "--output=short-precise", "--unit=pacemaker"
            ).stdout
            pytest.fail(f"not settled after {after}\n{done.stdout}{done.stderr}{log}")

    def empty(self) -> None:
        if self.box.state("pacemaker") == "active":
            self.box.run("pcs", "property", "set", "maintenance-mode=false")
            self.box.run("pcs", "node", "unstandby", "--all")
            self.box.run("pcs", "resource", "delete", "--force", "web")
            self.box.run("crm_resource", "--wait", "--timeout=90")


@pytest.fixture(scope="module")
def formed(boxes: list[Box]) -> Iterator[Cluster]:
    cluster = Cluster(boxes[0])
    cluster.up()
    yield cluster
    cluster.box.run("systemctl", "stop", "pacemaker", "corosync")


@pytest.fixture
def cluster(formed: Cluster, crew: object) -> Iterator[Cluster]:
    """The cluster without a resource; asks for the crew, so that the other cases run meanwhile."""
    assert crew
    formed.box.clean()
    yield formed
    formed.empty()
    formed.box.clean()


WAYS = {
    "kill": "systemctl kill -s KILL t-simple",
    "clean exit": "systemctl kill -s TERM t-simple",
    "admin's stop": "systemctl stop --no-block t-simple",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_death_is_seen_and_mended_at_once(cluster: Cluster, way: str) -> None:
    cluster.create("unit=t-simple.service")
    cluster.watching()
    pid = cluster.box.main_pid("t-simple")
    began = time.monotonic()
    cluster.box.sh(WAYS[way])
    cluster.until("another main process", lambda: cluster.box.main_pid("t-simple") not in {0, pid}, 90)
    took = time.monotonic() - began
    print(f"mended after {took:.2f} s")  # noqa: T201 - shown by pytest -rP
    assert took < 10, "0.2 s on a quiet machine; without the watch's alarm it would be seen at its end, after 60 s"
    cluster.settle()
    assert cluster.failures() == 1


def test_nothing_that_an_operator_does_counts_as_a_failure(cluster: Cluster) -> None:
    cluster.create("unit=t-web.service", PAGE)
    for what in (
        ("crm_resource", "--refresh", "--resource=web"),
        ("pcs", "resource", "cleanup", "web"),
        ("pcs", "property", "set", "maintenance-mode=true"),
        ("pcs", "property", "set", "maintenance-mode=false"),
        ("pcs", "node", "standby", "--all"),
        ("pcs", "node", "unstandby", "--all"),
        ("pcs", "resource", "disable", "web"),
        ("pcs", "resource", "enable", "web"),
    ):
        if what[-1] not in {"maintenance-mode=false", "--all"} and "enable" not in what:
            cluster.watching()
        began = time.monotonic()
        done = cluster.box.run(*what)
        assert done.returncode == 0, done.stderr
        cluster.settle(" ".join(what))
        assert time.monotonic() - began < 45, f"{what}: a monitor held the transition"
    cluster.until("it runs", cluster.runs)
    assert cluster.failures() == 0


def test_a_changed_probe_does_not_restart_the_service(cluster: Cluster) -> None:
    cluster.create("unit=t-web.service", PAGE)
    cluster.watching()
    pid = cluster.box.main_pid("t-web")
    began = time.monotonic()
    cluster.pcs("resource", "update", "web", "probe_tcp=8080", "probe_failures=2")
    cluster.settle()
    assert time.monotonic() - began < 45, "a monitor held the transition"
    assert cluster.box.main_pid("t-web") == pid
    assert cluster.failures() == 0


def test_a_hung_service_is_seen_by_its_probe(cluster: Cluster) -> None:
    cluster.create("unit=t-web.service", PAGE, "probe_timeout=500ms", "probe_interval=500ms", "probe_failures=2")
    cluster.watching()
    pid = cluster.box.main_pid("t-web")
    cluster.box.sh("systemctl kill -s STOP t-web")
    cluster.until("another main process", lambda: cluster.box.main_pid("t-web") not in {0, pid}, 90)
    assert cluster.failures() == 1


def storm(box: Box) -> None:
    for _ in range(4):
        box.run("systemctl", "daemon-reexec")
        box.sh("for i in 1 2 3 4; do systemctl daemon-reload & done; wait")


def test_systemd_anew_and_reload_storms_are_no_failure(cluster: Cluster) -> None:
    cluster.create("unit=t-simple.service", "watch=0")
    pid = cluster.box.main_pid("t-simple")
    storm(cluster.box)
    time.sleep(4)  # noqa: TID251 - two more monitors; on a slow machine fewer, which only looks less closely
    assert cluster.failures() == 0, cluster.story()
    assert cluster.box.main_pid("t-simple") == pid, cluster.story()
    assert cluster.runs(), cluster.story()
    note = ("test", "-e", "/run/hakit/quickservice/web,quick")
    cluster.until("its looks are quick", lambda: cluster.box.run(*note).returncode == 0)


def test_a_start_and_a_stop_outlive_systemd_anew(cluster: Cluster) -> None:
    """A start that loses its request to a systemd that executes itself anew would count as a failed start: for ever."""
    cluster.pcs("resource", "create", "web", NAME, "unit=t-simple.service", "watch=0", "--disabled")
    cluster.pcs("resource", "enable", "web")
    storm(cluster.box)
    cluster.until("it runs", cluster.runs)
    cluster.pcs("resource", "disable", "web")
    storm(cluster.box)
    cluster.until("it is stopped", lambda: cluster.box.state("t-simple") == "inactive")
    cluster.settle()
    assert cluster.failures() == 0, cluster.story()


def test_the_cluster_stops_without_a_deadlock(cluster: Cluster) -> None:
    cluster.create("unit=t-simple.service")
    assert "pacemaker.service" in cluster.box.show("t-simple", "Before")
    began = time.monotonic()
    cluster.box.sh("systemctl stop pacemaker")
    assert time.monotonic() - began < 60, "a deadlock lasts for the stop timeout of 100 s"
    assert cluster.box.state("t-simple") == "inactive"
    assert not cluster.box.drop_in("t-simple.service")
    cluster.up()


def unfinished(box: Box) -> str:
    """Say what a node that goes down still waits for."""
    asked = (
        ("systemctl", "list-jobs", "--no-pager"),
        ("ps", "-eo", "pid,etimes,args"),
        ("journalctl", "--no-pager", "--lines=60", "--output=short-precise"),
    )
    return "\n".join(box.run(*argv, timeout=30).stdout for argv in asked)


def test_power_off_lets_the_cluster_stop_the_service_in_order(cluster: Cluster) -> None:
    """Delay stops first and takes 2 s; systemd on its own would stop the unit at once, behind the cluster's back."""
    box = cluster.box
    box.sh("rm -f /var/t-drain.log")
    cluster.create("unit=t-drain.service")
    cluster.pcs("resource", "create", "brake", "ocf:heartbeat:Delay", "startdelay=0", "stopdelay=2", "mondelay=0")
    cluster.pcs("resource", "group", "add", "all", "web", "brake")
    cluster.settle()
    box.sh("systemctl enable corosync pacemaker")
    asked = float(box.sh("date +%s.%N"))
    began = time.monotonic()
    box.run("systemctl", "poweroff", timeout=60)
    end = began + 180
    while box.lab.leader(box.name) is not None:
        assert time.monotonic() < end, f"still on after 180 s; what it waits for:\n{unfinished(box)}"
        time.sleep(0.1)  # noqa: TID251 - the node has a clock of its own
    took = time.monotonic() - began
    box.lab.power_on(box.name)
    cluster.until("the node is online", lambda: cluster.seen().find("nodes/node[@online='true']") is not None, 180)
    begins, ends = (float(line.split()[0]) for line in box.sh("cat /var/t-drain.log").splitlines()[:2])
    assert begins - asked > 1.9, "stopped by systemd, not by the cluster"
    assert ends - begins > 4.9, "its drain was cut short"
    print(f"off after {took:.1f} s")  # noqa: T201 - shown by pytest -rP
    cluster.until("it runs again", cluster.runs)
    box.run("pcs", "resource", "delete", "--force", "brake")
