"""What a bootstrap must not do: reasons to stop before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import Finding
from hakit.plan.bootstrap import configuration
from hakit.plan.changes import live, obstacles
from hakit.plan.preflight import sbd as disks
from hakit.plan.sbd import making as sbd
from hakit.plan.sbd import sight as sbd_sight
from hakit.plan.seen import Seen
from hakit.plan.terms import Terms
from hakit.plan.volume import sight
from hakit.plan.wanted import Wanted, with_nics


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningOtherwise(Finding):
    """A running cluster has another corosync.conf than the spec means."""

    code = "HK301"
    matters = "Some changes need a reload, others a stop of the whole cluster; that must not happen in passing."
    see = "corosync.conf(5); docs/decisions/0013-changes-to-a-running-corosync.md"
    host: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"{self.host}: the cluster runs with another corosync.conf than the spec means"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "hakit plan shows what the change takes, and hakit apply does it"


@dataclass(frozen=True, kw_only=True, slots=True)
class SbdOtherwise(Finding):
    """A running cluster has SBD set up otherwise than the spec says."""

    code = "HK303"
    matters = "sbd starts and ends with Corosync only: the whole cluster has to stop for it, which must not happen in passing."
    see = "docs/decisions/0067-sbd.md"
    host: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"{self.host}: the cluster runs, and SBD is set up otherwise than the spec says"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "hakit plan shows what the change takes, and hakit apply does it: the cluster stops, its services run on"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchdogWaitStays(Finding):
    """A cluster at rest whose CIB Pacemaker would refuse to run with, once SBD is as the spec says."""

    code = "HK304"
    matters = "Pacemaker ends at once where stonith-watchdog-timeout is set and sbd doesn't run, or sbd's own timeout is longer."
    see = "Pacemaker, lib/common/watchdog.c; docs/decisions/0067-sbd.md"
    seconds: int

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the cluster at rest counts on watchdogs (stonith-watchdog-timeout {self.seconds} s), which the spec changes"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "start it as it was, on all nodes (systemctl start pacemaker.service), then: hakit apply"


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign(Finding):
    """The cluster, running or at rest, has resources or constraints that the spec doesn't know."""

    code = "HK302"
    matters = "Removing a resource stops it. What somebody added by pcs or crm may be in use."
    ids: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the cluster has what the spec doesn't: {', '.join(self.ids)}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return (
            "put them into the spec or remove them from the cluster; "
            "hakit apply --remove-foreign, or bootstrap --replace, removes them"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretMissing(Finding):
    """A secret of a fencing device is known neither to hakit nor to the cluster."""

    code = "HK317"
    matters = "A device without its password can fence nobody."
    see = "docs/two-nodes.md"
    device: str
    parameter: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the {self.parameter} of the fencing device {self.device} is not known"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "make its file readable where hakit runs; or, with prompt, be there to be asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunsWithoutVolume(Finding):
    """A unit runs in a running cluster while its service shall get a volume, onto which its directories have to be moved."""

    code = "HK365"
    matters = "What a running service writes while its directories are copied would be lost."
    see = "docs/decisions/0070-volumes.md"
    service: str
    unit: str
    host: str

    def text(self) -> str:
        """Say in one line what is so."""
        return (
            f"{self.unit} runs on {self.host}, and the directories of {self.service} have to be moved onto its volume"
        )

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return (
            f"hakit stop {self.service}, give the command again, then: hakit start {self.service} "
            f"(one that the cluster doesn't know yet: systemctl stop {self.unit})"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeDropped(Finding):
    """The cluster has a volume that the spec doesn't have any more."""

    code = "HK366"
    matters = (
        "Its directories are links to it: without it the service would find none. Which of what was written lately "
        "has to be copied back, and to which node, hakit doesn't guess."
    )
    see = "docs/decisions/0070-volumes.md"
    service: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the cluster has a volume of {self.service}, and the spec has none"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "keep it; or hakit destroy, which makes the directories what they were, and bootstrap again without it"


def refusals(wanted: Wanted, seen: Seen, terms: Terms) -> Iterator[Finding]:
    """Say what stands against it, on these terms."""
    yield from _running_without(wanted, seen)
    way = live.way(wanted, seen)
    if terms.live:
        yield from obstacles.obstacles(seen, way.now, way.hops)
    else:
        for name in seen.running:
            if way.hops or not configuration.same_conf(wanted, seen, name):
                sbd_only = configuration.same_conf(wanted, seen, name) and all(
                    h.title == sbd.title(wanted) for h in way.hops
                )
                yield SbdOtherwise(host=name) if sbd_only else RunningOtherwise(host=name)
    cib = _cib(seen)
    yield from _sbd(wanted, seen, cib)
    mirrored = {each.name for each in wanted.cluster.services if each.volume}
    yield from (VolumeDropped(service=name) for name in (render.mirrored(cib) if cib else ()) if name not in mirrored)
    for device, parameter in render.unknown_secrets(cib, wanted.cluster):
        yield SecretMissing(device=device, parameter=parameter)
    if cib and not (terms.replace or terms.foreign):
        meant = render.ids(with_nics(terms.applied, seen.hosts)) if terms.applied else ()
        ids = tuple(name for name in render.foreign(cib, wanted.cluster) if name not in meant)
        if ids:
            yield Foreign(ids=ids)


def _sbd(wanted: Wanted, seen: Seen, cib: str) -> Iterator[Finding]:
    yield from disks.apart(wanted.cluster, seen.hosts)
    changes = any(sbd_sight.differs(wanted, seen, name) for name in seen.hosts)
    if cib and changes and not seen.started and sbd.outgrown(wanted, cib):
        yield WatchdogWaitStays(seconds=render.watchdog_wait(cib))


def _cib(seen: Seen) -> str:
    """Return the cluster's CIB; of a cluster at rest the one that it would start with, as far as one node knows."""
    names = seen.running or tuple(name for name in seen.nodes if seen.ours(name))
    return next((cib for name in names if (cib := seen.nodes[name].cib)), "")


def _running_without(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    """Name the units that run in a running cluster before their volume is made; elsewhere a bootstrap stops them."""
    for service in wanted.cluster.services:
        if not sight.ready(seen, service):
            for host in seen.started:
                if seen.hosts[host].units[service.unit].running:
                    yield RunsWithoutVolume(service=service.name, unit=service.unit, host=host)
