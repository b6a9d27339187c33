"""Fencing by hand: asked before it is done, told afterwards, and a person's word only where the node is silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hakit.apply.operating import fencing
from hakit.apply.operating.reins import Means
from hakit.core import Action, Command, HakitError, HostUnreachable, Outcome, Secret, Tape
from hakit.model import Cluster, Device, DeviceFencing, SbdFencing, SecretParameter, sbd
from hakit.observe.host.fencing import Answer
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster
from tests.unit.plan import running

SECRET = SecretParameter("password", value=Secret("hush"))
WANTED: Cluster = replace(
    cluster(),
    fencing=DeviceFencing(
        tuple(Device(f"apc-{name[-1]}", "fence_apc", (name,), (), (SECRET,)) for name in ("qsp-a", "qsp-b"))
    ),
)
DISK = "/dev/disk/by-id/virtio-sbd"


class Fenceable:
    """Simulated hosts, one of which can be lost; fencing and confirming are kept, and make it clean."""

    def __init__(self, hosts: SimulatedHosts, *, lost: str = "", silent: bool = False) -> None:
        self.hosts, self.lost, self.silent = hosts, lost, silent
        self.reachable = False
        self.did: list[tuple[str, ...]] = []

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        if host == self.lost and not self.reachable:
            raise HostUnreachable(host, "no way")
        if all(isinstance(each, Command) and each.argv[0] in {"pcs", "fence_apc", "fence_sbd"} for each in actions):
            return tuple(self._do(host, each) for each in actions if isinstance(each, Command))
        return tuple(self._seen(each) for each in self.hosts.batch(host, actions, keep_going=keep_going))

    def run(self, host: str, action: Action) -> Outcome:
        return self.batch(host, (action,))[0]

    def _do(self, host: str, command: Command) -> Outcome:
        if command.argv[:2] != ("pcs", "stonith"):
            if command.argv == ("fence_sbd",):
                lines = command.stdin.splitlines()
                assert {"action=status", f"devices={DISK}", "power_timeout=20", "plug=qsp-b"} <= set(lines)
                return Outcome(host, command, 0, "", "", 0.1)
            if command.argv[0] == "fence_apc":
                assert "password=hush" in command.stdin
                code, said = (1, "ERROR: no way") if self.silent else (0, "")
                return Outcome(host, command, code, "", said, 0.1)
            return self.hosts.run(host, command)
        self.did.append(command.argv)
        self.lost = ""
        return Outcome(host, command, 0, "", "", 0.1)

    def _seen(self, outcome: Outcome) -> Outcome:
        if not self.lost or "<pacemaker-result" not in outcome.stdout:
            return outcome
        start = f'<node name="{self.lost}" online="true"'
        changed = outcome.stdout.replace(start, f'<node name="{self.lost}" online="false"')
        return replace(outcome, stdout=changed.replace('unclean="false"', 'unclean="true"'))


def means(door: Fenceable) -> Means:
    return Means(door, FakeClock(), Tape())


def never(*about: object) -> bool:
    raise AssertionError(f"asked about {about}")


def test_only_asked_and_then_done() -> None:
    door = Fenceable(running.hosts(WANTED))
    asked: list[tuple[object, ...]] = []

    def agree(*about: object) -> bool:
        asked.append(about)
        return len(asked) > 1

    told = fencing.test(WANTED, means(door), "qsp-b", agree=agree)
    assert (told.by, told.answers, told.did, door.did) == ("qsp-a", {"apc-b": Answer("on")}, None, [])
    assert asked == [("qsp-b", {"apc-b": Answer("on")}, ())]
    told = fencing.test(WANTED, means(door), "qsp-b", agree=agree)
    assert told.did is not None and told.did.changed
    assert door.did == [("pcs", "stonith", "fence", "qsp-b")]


def test_nobody_is_asked_when_no_device_answers() -> None:
    door = Fenceable(running.hosts(WANTED), silent=True)
    with pytest.raises(HakitError, match="no device that could fence qsp-b answers: apc-b: no way"):
        fencing.test(WANTED, means(door), "qsp-b", agree=never)


def test_a_person_s_word_is_not_taken_for_a_node_that_takes_part_or_answers() -> None:
    with pytest.raises(HakitError, match="takes part in the cluster"):
        fencing.confirm(WANTED, means(Fenceable(running.hosts(WANTED))), "qsp-b", agree=never)
    door = Fenceable(running.hosts(WANTED), lost="qsp-b")
    door.reachable = True
    with pytest.raises(HakitError, match="answers over ssh: it is not off"):
        fencing.confirm(WANTED, means(door), "qsp-b", agree=never)
    assert door.did == []


def test_a_person_s_word_is_asked_for_and_told() -> None:
    door = Fenceable(running.hosts(WANTED), lost="qsp-b")
    with pytest.raises(HakitError, match="not confirmed"):
        fencing.confirm(WANTED, means(door), "qsp-b", agree=lambda _: False)
    assert door.did == []
    assert fencing.confirm(WANTED, means(door), "qsp-b", agree=lambda _: True).changed
    assert door.did == [("pcs", "stonith", "confirm", "qsp-b", "--force")]


def test_sbd_s_disk_is_asked_for_the_node_s_slot() -> None:
    wanted = replace(cluster(), fencing=SbdFencing((DISK,), priority_delay=10))
    door = Fenceable(running.hosts(wanted))
    told = fencing.test(wanted, means(door), "qsp-b", agree=lambda *_: True)
    assert told.answers == {sbd.DEVICE: Answer("on")}
    assert door.did == [("pcs", "stonith", "fence", "qsp-b")]


def test_without_disks_the_node_itself_says_whether_it_feeds_its_watchdog() -> None:
    wanted = replace(cluster(nodes=3), fencing=SbdFencing())
    door = Fenceable(running.hosts(wanted))
    assert fencing.test(wanted, means(door), "qsp-b", agree=lambda *_: True).answers == {"watchdog": Answer("on")}
    units = door.hosts.hosts["qsp-b"].units
    units[sbd.UNIT] = replace(units[sbd.UNIT], active=False)
    with pytest.raises(HakitError, match="watchdog: sbd does not run there"):
        fencing.test(wanted, means(door), "qsp-b", agree=never)
