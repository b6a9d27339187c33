"""SBD on captured hosts: packages, the agent, names that may move; what refuses a bootstrap is in tests/unit/apply/test_sbd.py."""

from __future__ import annotations

from dataclasses import replace

from hakit.model import SbdFencing, sbd
from hakit.observe.host.devices import Device, Devices
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.fencing import FenceAgents
from hakit.observe.host.guards import Guards
from hakit.observe.host.sbd import Disk, Header, Sbd
from hakit.plan.preflight import fencing, guards, software
from hakit.plan.preflight import sbd as preflight
from tests.sample_clusters import cluster
from tests.unit.preflight.seen_hosts import hosts, unit

DISK = "/dev/sdb"
WANTED = replace(cluster(), fencing=SbdFencing((DISK,)))
MINE = Disk(Header("u", 5, 10), {"qsp-a": "clear"})


def ready(disk: Disk = MINE) -> dict[str, HostFacts]:
    """Return the facts of hosts on which SBD could be set up."""
    return {
        name: replace(
            fact,
            sbd=Sbd(watchdog=True, disks={DISK: disk}),
            devices=Devices(found={DISK: Device(10 << 20)}),
            guards=Guards("absent", ufw_enabled=False, watchdogs=("/dev/watchdog",)),
        )
        for name, fact in hosts().items()
    }


def test_the_package_is_needed_and_a_watchdog_is_no_news_any_more() -> None:
    facts = ready()
    found = [each for each in software.check(WANTED, facts) if isinstance(each, software.PackagesMissing)]
    assert [each.packages for each in found] == [("sbd",)] * 2
    assert list(guards.check(WANTED, facts)) == []


def test_the_agent_has_to_be_there_and_its_device_is_not_asked() -> None:
    facts = {name: replace(fact, fencing=FenceAgents({"fence_sbd": None}, {})) for name, fact in ready().items()}
    assert list(fencing.check(WANTED, facts)) == [
        fencing.FenceAgentMissing(host=name, agent="fence_sbd") for name in ("qsp-a", "qsp-b")
    ]


def test_a_name_that_may_move_is_told() -> None:
    assert list(preflight.check(WANTED, ready())) == [preflight.NameMayMove(disk=DISK)]


def test_the_slot_of_a_node_that_left_is_no_reason_to_refuse_while_sbd_runs() -> None:
    facts = ready(replace(MINE, slots={"qsp-a": "clear", "qsp-c": "exit"}))
    others = preflight.SbdDiskOfOthers(disk=DISK, nodes=("qsp-c",))
    assert others in list(preflight.check(WANTED, facts))
    mine = facts["qsp-a"]
    facts["qsp-a"] = replace(mine, sbd=replace(mine.sbd, file=f"SBD_DEVICE={DISK}\n"))
    running = replace(mine.units[sbd.UNIT], active="active")
    unit(facts, "qsp-a", running)
    assert others not in list(preflight.check(WANTED, facts))
