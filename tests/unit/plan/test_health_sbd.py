"""What status says of SBD: how a node is fenced, and what is not in order."""

from __future__ import annotations

from dataclasses import replace

from hakit.core import Severity
from hakit.model import SbdFencing, sbd
from hakit.plan.health import fencing
from hakit.plan.health.sbd import FencedBySbd, SbdDiskUnreadable, SbdDown, SbdMessage
from hakit.plan.seen import Seen
from tests.sample_clusters import cluster
from tests.unit.plan import running

DISK = "/dev/disk/by-id/virtio-sbd"
WANTED = replace(cluster(), fencing=SbdFencing((DISK,), priority_delay=10))
RULE = FencedBySbd(disks=(DISK,), seconds=10)


def host(whole: Seen, name: str, **changes: object) -> Seen:
    changed = replace(whole.hosts[name], **changes)  # type: ignore[arg-type]
    return replace(whole, hosts={**whole.hosts, name: changed})


def test_a_healthy_cluster_says_how_a_node_is_fenced() -> None:
    assert running.found(running.seen(WANTED)) == [RULE]
    assert RULE.severity is Severity.NOTE
    assert RULE.text() == f"a lost node is reset by a message on {DISK} or its watchdog (SBD), within 10 s"
    alone = replace(cluster(nodes=3), fencing=SbdFencing())
    (rule,) = running.found(running.seen(alone))
    assert rule.text() == (
        "a node that loses quorum is reset by its watchdog (SBD without disks); the others count on it after 15 s"
    )


def test_sbd_that_doesn_t_run_and_a_disk_that_can_t_be_read() -> None:
    whole = running.seen(WANTED)
    units = {**whole.hosts["qsp-b"].units, sbd.UNIT: replace(whole.hosts["qsp-b"].units[sbd.UNIT], active="failed")}
    assert running.found(host(whole, "qsp-b", units=units)) == [SbdDown(node="qsp-b"), RULE]
    seen = whole.hosts["qsp-b"].sbd
    unread = replace(seen, disks={DISK: replace(seen.disks[DISK], header=None, slots={})})
    assert running.found(host(whole, "qsp-b", sbd=unread)) == [SbdDiskUnreadable(node="qsp-b", disk=DISK), RULE]


def test_a_message_that_waits() -> None:
    whole = running.seen(WANTED)
    for message, told in (("reset", True), ("test", True), ("exit", False)):
        seen = whole.hosts["qsp-a"].sbd
        disks = {DISK: replace(seen.disks[DISK], slots={"qsp-a": "clear", "qsp-b": message, "web-1": "reset"})}
        both = host(host(whole, "qsp-a", sbd=replace(seen, disks=disks)), "qsp-b", sbd=replace(seen, disks=disks))
        wanted = [SbdMessage(node="qsp-b", disk=DISK, message=message)] if told else []
        assert running.found(both) == [*wanted, RULE]


def test_a_lost_node_waits_for_sbd_too() -> None:
    whole = running.member(running.seen(WANTED), "qsp-b", online=False, unclean=True)
    assert fencing.WaitsForFencing(node="qsp-b", failed=False) in running.found(whole)
