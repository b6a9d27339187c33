"""The cluster's packages: all there, and the same on every host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster
from hakit.observe.host import packages
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.units import DEVICE
from hakit.plan import tool
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagesMissing(OnHost):
    """Packages without which there is no cluster."""

    code = "HK220"
    matters = "They bring Corosync, Pacemaker, the tools or the agents; the cluster would stop at the first of them."
    packages: tuple[str, ...]

    def text(self) -> str:
        """Say it."""
        return f"not installed: {', '.join(self.packages)}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"apt-get install {' '.join(self.packages)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotDebian(OnHost):
    """A host without dpkg."""

    code = "HK221"
    matters = "hakit knows what packages of Debian do at install time, and has been tried on nothing else."
    release: str

    def text(self) -> str:
        """Say it."""
        return f"{self.release or 'this system'} is not supported: it has no dpkg-query"

    def remedy(self) -> str:
        """Say what to do."""
        return "use Debian 11 or later"


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionsDiffer(Finding):
    """The hosts have different upstream versions of one package; `versions` maps hosts to them."""

    code = "HK222"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = (
        "Different versions decide differently about the same state, and some features wait until all nodes have them."
    )
    see = "Pacemaker Administration, Upgrading"
    package: str
    versions: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """Say it."""
        return f"{self.package} differs: {', '.join(f'{version} on {host}' for host, version in self.versions)}"

    def remedy(self) -> str:
        """Say what to do."""
        return (
            f"bring all hosts to one version: apt-get update && apt-get install {self.package} "
            "(a mixed cluster is for the time of an upgrade)"
        )


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look for missing packages, then for versions that differ."""
    needed = (*packages.needed(cluster), packages.TOOLS[tool.choice(cluster.tool, facts)])
    for host, fact in facts.items():
        if fact.packages is None:
            yield NotDebian(host=host, release=fact.system.release_name)
        elif missing := (*(name for name in needed if name not in fact.packages), *_device(cluster, fact)):
            yield PackagesMissing(host=host, packages=missing)
    for name in packages.known(cluster):
        versions = tuple(
            (host, version) for host, fact in facts.items() if (version := (fact.packages or {}).get(name)) is not None
        )
        if len({upstream(version) for _, version in versions}) > 1:
            yield VersionsDiffer(package=name, versions=versions)


def _device(cluster: Cluster, fact: HostFacts) -> tuple[str, ...]:
    """Name the quorum device's client, by its unit: only who has such a device needs it."""
    lacking = cluster.quorum.device and fact.units[DEVICE].load == "not-found"
    return ("corosync-qdevice",) if lacking else ()


def upstream(version: str) -> str:
    """Return the upstream part of a Debian version: without epoch and Debian's own revision (deb-version(7))."""
    return re.sub(r"^\d+:", "", version).rpartition("-")[0] or version
