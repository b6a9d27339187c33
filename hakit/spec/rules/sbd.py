"""SBD: disks and watchdog that can be meant, enough votes where there are no disks, times that go together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model.fencing import SYNC_TIMEOUT, TIMEOUT_WITH_DEVICE
from hakit.spec.build import priority_delay, votes_of_a_device, watchdog_timeout
from hakit.spec.draft import Draft
from hakit.spec.draft_fencing import Sbd
from hakit.spec.fault import SpecFault
from hakit.spec.rules.devices import DoesNotFit

_TWO = 2
# The file parts disks by semicolons, the agent by commas; systemd reads quotes, and sbd takes /dev/null for "no watchdog".
_PATH = re.compile(r"/dev/[A-Za-z0-9_.:@+=-]+(/[A-Za-z0-9_.:@+=-]+)*")
_NO_WATCHDOG = "/dev/null"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadSbdPath(SpecFault):
    """A disk or watchdog of SBD that can't be one."""

    code = "HK178"
    matters = "Every node has to find the same disk by this path, before the cluster starts; its header is written there once."
    cure = "name devices below /dev, disks by the names in /dev/disk/by-id, each once"
    see = "sbd(8)"
    path: str
    problem: str

    def text(self) -> str:
        """Name it and say why."""
        return f"'{self.path}' {self.problem}"

    def remedy(self) -> str:
        """Say where names are found that last."""
        return "ls -l /dev/disk/by-id shows names that every node has and that outlive a boot"


def sbd(spec: Draft) -> Iterator[SpecFault]:
    """Check it, where it is what was decided."""
    if spec.sbd is None or spec.reason:
        return  # nothing was decided, or two things at once
    if spec.devices:
        what = "'sbd' beside 'devices': which of them has made a node harmless would depend on their order"
        yield DoesNotFit(place=spec.at_key(spec.sbd.loc), what=what, advice="decide for one of them")
    yield from _paths(spec, spec.sbd)
    yield from _number_of_disks(spec, spec.sbd)
    yield from (_with_disks if spec.sbd.disks else _without_disks)(spec, spec.sbd)


def _paths(spec: Draft, said: Sbd) -> Iterator[SpecFault]:
    seen: set[str] = set()
    for disk in said.disks:
        if not _PATH.fullmatch(disk.text):
            problem = "is no path of a device below /dev"
            yield BadSbdPath(place=spec.at(disk.loc), path=disk.text, problem=problem)
        elif disk.text in seen:
            yield BadSbdPath(place=spec.at(disk.loc), path=disk.text, problem="is named twice")
        seen.add(disk.text)
    if said.watchdog and (not _PATH.fullmatch(said.watchdog.text) or said.watchdog.text == _NO_WATCHDOG):
        problem = "is no watchdog: without one a node that hangs is never reset"
        yield BadSbdPath(place=spec.at(said.watchdog.loc), path=said.watchdog.text, problem=problem)


def _number_of_disks(spec: Draft, said: Sbd) -> Iterator[SpecFault]:
    if len(said.disks) == _TWO:
        # sbd(8), "Two devices": it won't fence while one of them is lost, nor start without both.
        what = "with two disks nobody is fenced as soon as one of them is lost"
        yield DoesNotFit(place=spec.at_key((*said.loc, "disks")), what=what, advice="use one disk, or three")


def _with_disks(spec: Draft, said: Sbd) -> Iterator[SpecFault]:
    delay, timeout = priority_delay(spec), watchdog_timeout(spec, said)
    if 0 < delay < timeout:
        what = f"the node without the services may live {timeout} s more, and the advance of the other is {delay} s"
        place = spec.at_key(("fencing", "priority_delay"))
        yield DoesNotFit(place=place, what=what, advice=f"write 'priority_delay: {timeout}' or more, or leave it out")


def _without_disks(spec: Draft, said: Sbd) -> Iterator[SpecFault]:
    device = votes_of_a_device(spec)
    if len(spec.nodes) <= _TWO and not device:
        what = "without disks it is quorum that tells which node resets itself, and of two nodes each has quorum alone"
        advice = "name a shared disk under 'disks', or a third vote: quorum: { device: { host: … } }"
        yield DoesNotFit(place=spec.at_key(said.loc), what=what, advice=advice)
    timeout = watchdog_timeout(spec, said)
    if device and timeout <= SYNC_TIMEOUT:
        what = f"a quorum device's word may take {SYNC_TIMEOUT} s, and sbd distrusts it with a timeout of {timeout} s"
        advice = f"write 'timeout: {TIMEOUT_WITH_DEVICE}', or leave it out; with a disk it may be short"
        yield DoesNotFit(place=spec.at_key((*said.loc, "timeout")), what=what, advice=advice)
    if spec.priority_delay:
        what = "without disks only the side that has quorum fences: there is no race for an advance to win"
        yield DoesNotFit(place=spec.at_key(("fencing", "priority_delay")), what=what, advice="leave it out")
