"""The services' units: there, whole, and such that a cluster can start and stop them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Service
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.units import Unit
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class OnUnit(OnHost):
    """A finding about a service's unit on a host."""

    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitAbsent(OnUnit):
    """systemd knows no such unit."""

    code = "HK270"
    matters = "Pacemaker would report the resource as not installed, and never run it on this node."
    see = "Pacemaker Explained, OCF return codes (5)"

    def text(self) -> str:
        """Say it."""
        return f"there is no {self.unit}"

    def remedy(self) -> str:
        """Say what to do."""
        package = self.unit.removesuffix(".service").partition("@")[0]
        return f"install what brings it, perhaps: apt-get install {package}; `systemctl list-unit-files` shows what is there"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitMasked(OnUnit):
    """The unit is masked: nobody can start it."""

    code = "HK271"
    matters = "A service must be able to run on every node, or a failover ends in nothing."
    see = "systemctl(1), mask"

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} is masked"

    def remedy(self) -> str:
        """Say what to do."""
        return f"systemctl unmask {self.unit}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitBroken(OnUnit):
    """systemd can't load the unit's file."""

    code = "HK272"
    matters = "systemd would not start it, neither now nor at a failover."
    see = "systemd.unit(5), LoadState"
    state: str
    reason: str

    def text(self) -> str:
        """Say it."""
        return f"systemd cannot load {self.unit} ({self.state}){f': {self.reason}' if self.reason else ''}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"systemd-analyze verify {self.unit} shows the fault; then: systemctl daemon-reload"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRefuses(OnUnit):
    """The unit can't be started (or stopped) by hand, and so not by a cluster."""

    code = "HK273"
    matters = "Pacemaker starts and stops as a person does, through systemd's own door."
    see = "systemd.unit(5), RefuseManualStart"
    verb: str

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} refuses to be {self.verb} by hand (RefuseManual…)"

    def remedy(self) -> str:
        """Say what to do."""
        return f"take the RefuseManual… line out of it: systemctl edit {self.unit}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEnds(OnUnit):
    """A oneshot that doesn't remain: inactive as soon as it has run, which a cluster takes for a failure."""

    code = "HK274"
    matters = "The monitor would find it inactive and start it over and over."
    see = "systemd.service(5), RemainAfterExit"

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} is a oneshot that is inactive once it has run; a cluster takes that for a failure"

    def remedy(self) -> str:
        """Say what to do."""
        return f"systemctl edit {self.unit}, and write under [Service]: RemainAfterExit=yes"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitIsAlias(OnUnit):
    """The name is another unit's second one."""

    code = "HK275"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "An alias can come to mean another unit with the next package; drop-ins and logs bear the real name."
    see = "systemd.unit(5), Alias"
    id: str

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} is only another name of {self.id}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"write `unit: {self.id}` in the spec file"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitTriggered(OnUnit):
    """Sockets, timers or paths start the unit behind the cluster's back."""

    code = "HK276"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "The service could run on two nodes at once: here by its trigger, there by the cluster."
    see = "systemd.socket(5), systemd.timer(5), systemd.path(5)"
    by: tuple[str, ...]

    def text(self) -> str:
        """Say it."""
        return f"{', '.join(self.by)} may start {self.unit} where the cluster has stopped it"

    def remedy(self) -> str:
        """Say what to do."""
        return f"systemctl disable --now {' '.join(self.by)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitOutdated(OnUnit):
    """The unit's file was edited after systemd read it."""

    code = "HK277"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "What was tested with the new text is not what the cluster would run."
    see = "systemctl(1), daemon-reload"

    def text(self) -> str:
        """Say it."""
        return f"{self.unit} was edited, and systemd still goes by the old text"

    def remedy(self) -> str:
        """Say what to do."""
        return "systemctl daemon-reload"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Look at every service's unit on every host."""
    for host, fact in facts.items():
        for service in cluster.services:
            yield from of(host, fact, service)


def of(host: str, fact: HostFacts, service: Service) -> Iterator[Finding]:
    """Look at one service's unit on one host."""
    unit = fact.units[service.unit]
    unusable = _unusable(host, unit)
    if unusable:
        yield unusable
    else:
        yield from _odd(host, unit, service)


def _unusable(host: str, unit: Unit) -> Finding | None:
    # LoadState as org.freedesktop.systemd1(5) lists it; "loaded" is the good one.
    match unit.load:
        case "loaded":
            return None
        case "not-found":
            return UnitAbsent(host=host, unit=unit.asked)
        case "masked":
            return UnitMasked(host=host, unit=unit.asked)
        case _:
            return UnitBroken(host=host, unit=unit.asked, state=unit.load, reason=_reason(unit.load_error))


def _odd(host: str, unit: Unit, service: Service) -> Iterator[Finding]:
    for can, verb in ((unit.can_start, "started"), (unit.can_stop, "stopped")):
        if not can:
            yield UnitRefuses(host=host, unit=unit.asked, verb=verb)
    if unit.type == "oneshot" and not unit.remain_after_exit and service.monitor_unit:
        yield UnitEnds(host=host, unit=unit.asked)
    if unit.id != unit.asked:
        yield UnitIsAlias(host=host, unit=unit.asked, id=unit.id)
    if unit.triggered_by:
        yield UnitTriggered(host=host, unit=unit.asked, by=unit.triggered_by)
    if unit.need_reload:
        yield UnitOutdated(host=host, unit=unit.asked)


def _reason(load_error: str) -> str:
    # `org.freedesktop.systemd1.BadUnitSetting "Unit x.service has a bad unit file setting."`
    return load_error.partition(" ")[2].strip('"')
