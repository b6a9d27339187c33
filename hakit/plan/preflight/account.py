"""Who we are on the host, and what kind of host it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hakit.core import Finding
from hakit.model import Cluster
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight.place import OnHost

_OLDEST_PYTHON = (3, 9)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRoot(OnHost):
    """We are logged in as somebody else than root."""

    code = "HK210"
    matters = "Files of root are written and units are started; anybody else is refused half way."
    uid: int

    def text(self) -> str:
        """Say it."""
        return f"ssh logs in as user {self.uid}, not as root"

    def remedy(self) -> str:
        """Say what to do."""
        return f"say `User root` for Host {self.host} in ~/.ssh/config, and let root in with your key"


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongName(OnHost):
    """The host calls itself otherwise than the spec does; Pacemaker would not find itself in corosync.conf."""

    code = "HK211"
    matters = "Pacemaker looks for uname -n in corosync.conf; not found there, it takes itself for somebody else."
    see = "corosync.conf(5), nodelist, name"
    hostname: str

    def text(self) -> str:
        """Say it."""
        return f"the host calls itself {self.hostname or 'nothing'} (uname -n)"

    def remedy(self) -> str:
        """Say what to do."""
        return f"hostnamectl set-hostname {self.host}; or name the node {self.hostname} in the spec file"


@dataclass(frozen=True, kw_only=True, slots=True)
class OldPython(OnHost):
    """The agents need a newer Python than the host has."""

    code = "HK212"
    matters = "The agent would not start on that host, so the service could not run there."
    see = "docs/decisions/0101-agent-one-python-file.md"
    version: str

    def text(self) -> str:
        """Say it."""
        return f"python3 is {self.version}; hakit's agents need 3.9 or later"

    def remedy(self) -> str:
        """Say what to do."""
        return "upgrade the host: Debian 11 is the oldest release that fits"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look at user, name and Python of every host."""
    del cluster
    for host, fact in facts.items():
        system = fact.system
        if system.uid != 0:
            yield NotRoot(host=host, uid=system.uid)
        if system.hostname != host:
            yield WrongName(host=host, hostname=system.hostname)
        version = tuple(int(part) for part in re.findall(r"\d+", system.python)[:2])
        if version and version < _OLDEST_PYTHON:
            yield OldPython(host=host, version=system.python)
