"""Fencing by SBD in virtual machines, with a real watchdog: by a disk that both nodes share, and by quorum alone."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hakit import spec as specs
from hakit.core import Command, SystemClock
from hakit.lab import layout
from hakit.lab.lab import Lab, Safety
from hakit.lab.recipe import Release
from hakit.run import machine
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client, Teller, test_lab_name
from tests.vm.story import DISK, fenced_by

# All on an emulated processor.
pytestmark = [pytest.mark.timeout(3600), pytest.mark.only_all("fencing by SBD in virtual machines")]

NODES = ("qsp-a", "qsp-b")
PATIENCE = 900.0  # seconds; a reset machine boots for minutes where it is emulated and the others are busy
# A node can't reach the device any more, nor the other node: it has lost everything that gives it quorum. Gone with a reset.
ALONE = """
table inet alone {
    chain in { type filter hook input priority 0; udp dport 5405 drop; tcp sport 5403 drop; }
    chain out { type filter hook output priority 0; udp dport 5405 drop; tcp dport 5403 drop; }
}
"""


class Audit:
    """Looks at the machines from below: who holds the virtual address, which boot this is. Two holders at once are a failure."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.hakit, self.client = lab, Hakit(lab, patience=1500), Client(lab)

    def _said(self, node: str, *argv: str) -> str:
        if self.lab.leader(node) is None:
            return ""
        return machine.run(Command(self.lab.node_argv(node, argv), timeout=10, changes_state=False)).stdout

    def holders(self) -> list[str]:
        """Name who holds the address now, in the kernel's own word; a machine that is being reset says nothing."""
        found = [node for node in NODES if f" {layout.VIP}/" in self._said(node, "ip", "-brief", "address")]
        assert len(found) <= 1, f"the address is on {found}"
        return found

    def boot(self, node: str) -> str:
        """Give the number that every boot of a kernel has for itself; empty without an answer."""
        return self._said(node, "cat", "/proc/sys/kernel/random/boot_id").strip()

    def until(self, good: Callable[[], bool], what: str) -> None:
        """Wait, and audit meanwhile."""
        start = time.monotonic()
        while not good():
            self.holders()
            assert time.monotonic() - start < PATIENCE, f"not within {PATIENCE:.0f} s: {what}"
            SystemClock().sleep(0.5)

    def reset(self, node: str, before: str) -> None:
        """Wait until the node has booted again."""
        self.until(lambda: self.boot(node) not in {"", before}, f"{node} was reset")

    @property
    def place(self) -> str:
        told = json.loads(self.hakit("status", "--json", self.hakit.spec).out)
        return str(told["services"][0]["node"])

    def codes(self) -> set[str]:
        told = json.loads(self.hakit("status", "--json", self.hakit.spec).out or "{}")
        return {str(each["code"]) for each in told.get("findings", ())}

    def well(self) -> None:
        self.until(lambda: self.hakit("status", self.hakit.spec).code == 0, "all is well again")

    def serves(self, number: int) -> bool:
        return self.client.fetch(f"/numbered/{number}").body == f"{number}\n"


def protected(lab: Lab, sbd: str) -> None:
    """Let SBD protect it, and the service take its time."""
    fenced_by(lab, sbd)
    spec = Path(lab.spec)
    spec.write_text(f"{spec.read_text()}    timeouts: {{ start: 300, stop: 300, monitor: 300 }}\n")


@pytest.fixture(scope="module")
def shared() -> Iterator[Audit]:
    """Two machines that share a disk; nothing is done to them yet."""
    name = test_lab_name("sbd")
    try:
        lab = Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True, whole=True)
        # Three times the usual timeout: an emulated machine may be kept waiting by this one.
        protected(lab, f"{{ disks: [{DISK}], timeout: 15 }}")
        yield Audit(lab)
    finally:
        Lab.down(name)


def test_a_disk_with_data_is_refused(shared: Audit) -> None:
    shared.hakit.on("qsp-b", "mkfs.ext4", "-q", "-L", "precious", DISK)
    refused = shared.hakit("bootstrap", "--yes", shared.hakit.spec)
    assert refused.code != 0
    assert "for SBD is not blank: ext4 'precious'" in refused.err
    assert shared.hakit.on("qsp-a", "blkid", "--output=value", "--match-tag=LABEL", "--probe", DISK) == "precious"
    shared.hakit.on("qsp-b", "wipefs", "--all", DISK)
    refused = shared.hakit("bootstrap", "--yes", shared.hakit.spec)
    assert "not blank: data of an unknown kind" in refused.err
    shared.hakit.on("qsp-b", "blkdiscard", "--zeroout", DISK)


def test_bootstrap_sets_it_up_and_status_says_so(shared: Audit) -> None:
    shared.hakit.must("bootstrap", "--yes", shared.hakit.spec)
    for node in NODES:
        assert shared.hakit.on(node, "systemctl", "is-active", "sbd.service") == "active"
        assert "Timeout (watchdog) : 15" in shared.hakit.on(node, "sbd", "-d", DISK, "dump")
    slots = shared.hakit.on("qsp-a", "sbd", "-d", DISK, "list").splitlines()
    assert sorted(line.split()[1:3] for line in slots) == [["qsp-a", "clear"], ["qsp-b", "clear"]]
    assert "is reset by a message on" in shared.hakit.must("status", shared.hakit.spec).out
    again = shared.hakit.must("bootstrap", "--yes", shared.hakit.spec)
    assert "nothing to do" in again.err + again.out


def test_import_gives_the_spec_back(shared: Audit) -> None:
    text = shared.hakit("import", *NODES).out
    found, faults = specs.check_text(text, "imported")
    assert found is not None, faults
    assert found.fencing == specs.read(Path(shared.hakit.spec)).fencing


def test_both_rings_cut_reset_the_node_without_the_service_alone(shared: Audit) -> None:
    serving = shared.place
    (other,) = set(NODES) - {serving}
    boots = {node: shared.boot(node) for node in NODES}
    for ring in (0, 1):
        shared.lab.cut(serving, ring)
    shared.reset(other, boots[other])
    assert shared.boot(serving) == boots[serving], "the node with the service was reset"
    assert shared.holders() == [serving]
    for ring in (0, 1):
        shared.lab.heal(serving, ring)
    shared.well()
    assert shared.holders() == [serving]
    assert shared.boot(serving) == boots[serving]
    assert shared.serves(1)


def test_a_node_on_which_nothing_runs_any_more_is_reset_and_the_other_takes_over(shared: Audit) -> None:
    serving = shared.place
    (other,) = set(NODES) - {serving}
    boots = {node: shared.boot(node) for node in NODES}
    # All that has a process number above 1 stops, sbd among them: its watchdog is fed by nobody.
    with subprocess.Popen(shared.lab.node_argv(serving, ("sh", "-c", "kill -STOP -1"))) as frozen:
        try:
            shared.reset(serving, boots[serving])
        finally:
            frozen.kill()
    shared.until(lambda: shared.holders() == [other], f"{other} has taken over")
    shared.well()
    assert shared.boot(other) == boots[other]
    assert shared.place == other
    assert shared.serves(2)


def test_fencing_by_hand(shared: Audit) -> None:
    serving = shared.place
    (other,) = set(NODES) - {serving}
    before = shared.boot(other)
    asked = shared.hakit("fence", "test", other, "--spec", shared.hakit.spec, stdin="n\n")
    assert "fencing-sbd: the node is on" in asked.err
    assert shared.boot(other) == before
    told = json.loads(shared.hakit.must("fence", "test", other, "--yes", "--json", "--spec", shared.hakit.spec).out)
    assert told["fenced"] and told["moved"] == []
    assert shared.boot(other) not in {"", before}
    latest = json.loads(shared.hakit.must("fence", "history", "--json", "--spec", shared.hakit.spec).out)[0]
    assert (latest["node"], latest["status"]) == (other, "success")
    shared.well()


def test_a_message_that_waits_is_told(shared: Audit) -> None:
    serving = shared.place
    (other,) = set(NODES) - {serving}
    shared.hakit.must("standby", other, "--spec", shared.hakit.spec)
    shared.hakit.on(other, "systemctl", "stop", "pacemaker.service", "corosync.service")
    shared.hakit.on(serving, "sbd", "-d", DISK, "message", other, "test")
    shared.until(lambda: "HK335" in shared.codes(), "status tells of the message")
    shared.hakit.on(other, "systemctl", "start", "pacemaker.service")
    shared.hakit.must("unstandby", other, "--spec", shared.hakit.spec)
    shared.well()


def test_destroy_leaves_the_header_and_nothing_else(shared: Audit) -> None:
    before = {node: shared.boot(node) for node in NODES}
    shown = shared.hakit("destroy", shared.hakit.spec, stdin="n\n")
    assert f"SBD's header stays on {DISK}" in shown.out + shown.err
    shared.hakit.must("destroy", "--yes", shared.hakit.spec)
    for node in NODES:
        assert shared.boot(node) == before[node], "no watchdog bit"
        assert shared.hakit.on(node, "systemctl", "is-enabled", "sbd.service") == "disabled"
        assert shared.hakit.on(node, "systemctl", "is-active", "sbd.service") == "inactive"
        assert "virtio-sbd" not in shared.hakit.on(node, "cat", "/etc/default/sbd")
        assert "SBD_WATCHDOG_TIMEOUT" in shared.hakit.on(node, "cat", "/etc/default/sbd"), "Debian's own file"
    assert "UUID" in shared.hakit.on("qsp-a", "sbd", "-d", DISK, "dump")


def test_sbd_comes_to_a_running_cluster_and_goes_while_its_services_run_on(shared: Audit) -> None:
    spec, by_sbd = Path(shared.hakit.spec), Path(shared.hakit.spec).read_text()
    lines = (line if not line.startswith("  sbd:") else '  none: "for now"' for line in by_sbd.splitlines())
    without = "".join(f"{line}\n" for line in lines)
    spec.write_text(without)
    shared.hakit.must("bootstrap", "--yes", shared.hakit.spec)
    serving, boots = shared.place, {node: shared.boot(node) for node in NODES}
    squid = shared.hakit.on(serving, "systemctl", "show", "--property=MainPID", "squid.service")
    for text, state in ((by_sbd, "active"), (without, "inactive")):
        spec.write_text(text)
        assert "Corosync has to stop" in shared.hakit("plan", shared.hakit.spec).out
        shared.hakit.must("apply", "--yes", shared.hakit.spec)
        for node in NODES:
            assert shared.hakit.on(node, "systemctl", "is-active", "sbd.service") == state
            assert shared.boot(node) == boots[node], "no watchdog bit"
        assert shared.hakit.on(serving, "systemctl", "show", "--property=MainPID", "squid.service") == squid
        assert shared.place == serving


@pytest.fixture(scope="module")
def alone() -> Iterator[Audit]:
    """Two machines without a disk to share, and a quorum device: a cluster that relies on its watchdogs."""
    name = test_lab_name("sbdalone")
    try:
        lab = Lab.up(name, Teller(), release=Release.BOOKWORM, vm=True, whole=True, safety=Safety(qnetd=True))
        protected(lab, "{}")
        made = Audit(lab)
        made.hakit.must("bootstrap", "--yes", made.hakit.spec)
        yield made
    finally:
        Lab.down(name)


def test_without_disks_and_a_third_vote_a_node_is_reset_by_its_watchdog(alone: Audit) -> None:
    assert "is reset by its watchdog (SBD without disks)" in alone.hakit.must("status", alone.hakit.spec).out
    serving = alone.place
    (other,) = set(NODES) - {serving}
    boots = {node: alone.boot(node) for node in NODES}
    alone.hakit.on(serving, "sh", "-c", f"printf '%s' '{ALONE}' | nft -f -")
    alone.reset(serving, boots[serving])
    alone.until(lambda: alone.holders() == [other], f"{other} has taken over")
    alone.well()
    assert alone.boot(other) == boots[other], "the side with the device was reset"
    assert alone.place == other
    assert alone.serves(3)


def test_fencing_by_hand_without_disks(alone: Audit) -> None:
    serving = alone.place
    (other,) = set(NODES) - {serving}
    before = alone.boot(other)
    asked = alone.hakit("fence", "test", other, "--spec", alone.hakit.spec, stdin="n\n")
    assert "watchdog: the node is on" in asked.err
    alone.hakit.must("fence", "test", other, "--yes", "--spec", alone.hakit.spec)
    assert alone.boot(other) not in {"", before}
    alone.well()
    assert alone.place == serving
