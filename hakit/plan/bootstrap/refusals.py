"""What a bootstrap must not do: reasons to stop before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit import render
from hakit.core import Finding
from hakit.plan.bootstrap import configuration
from hakit.plan.changes import live, obstacles
from hakit.plan.seen import Seen
from hakit.plan.terms import Terms
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
class VolumeNotMade(Finding):
    """A service has a volume, and hakit doesn't make volumes yet."""

    code = "HK364"
    matters = "A service that is started without its volume writes to the directory below it, on one node only."
    see = "docs/decisions/0070-volumes.md"
    service: str

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the volume of {self.service} is not supported yet: hakit checks and renders it, but doesn't make it"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return "leave it out; hakit render-drbd and hakit render-cib show what it would be"


def refusals(wanted: Wanted, seen: Seen, terms: Terms) -> Iterator[Finding]:
    """Say what stands against it, on these terms."""
    yield from (VolumeNotMade(service=each.name) for each in wanted.cluster.services if each.volume)
    way = live.way(wanted, seen)
    if terms.live:
        yield from obstacles.obstacles(seen, way.now, way.hops)
    else:
        for name in seen.running:
            if way.hops or not configuration.same_conf(wanted, seen, name):
                yield RunningOtherwise(host=name)
    cib = _cib(seen)
    for device, parameter in render.unknown_secrets(cib, wanted.cluster):
        yield SecretMissing(device=device, parameter=parameter)
    if cib and not (terms.replace or terms.foreign):
        meant = render.ids(with_nics(terms.applied, seen.hosts)) if terms.applied else ()
        ids = tuple(name for name in render.foreign(cib, wanted.cluster) if name not in meant)
        if ids:
            yield Foreign(ids=ids)


def _cib(seen: Seen) -> str:
    """Return the cluster's CIB; of a cluster at rest the one that it would start with, as far as one node knows."""
    names = seen.running or tuple(name for name in seen.nodes if seen.ours(name))
    return next((cib for name in names if (cib := seen.nodes[name].cib)), "")
