"""The services that may be protected: installed everywhere, those that somebody listens to first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hakit.core import ExitCode, HakitError
from hakit.model import TcpQuestion
from hakit.observe.host.survey import Surveyed
from hakit.spec.build import unit_name
from hakit.spec.fault import suggestion

# Parts of every host, or of the cluster itself: they stay where they are.
_HOSTS_OWN = frozenset(
    ["ssh", "sshd", "dbus", "dbus-broker", "rpcbind", "corosync", "pacemaker", "pcsd", "sbd", "chrony", "chronyd",
     "ntp", "ntpsec", "exim4", "postfix", "cups", "avahi-daemon", "rsyslog", "snmpd", "ctdb"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that is there on every host, and the TCP ports that it was seen to listen on, the lowest first.

    `everywhere` are those of the ports on which it listens on all of a host's addresses.
    """

    unit: str
    ports: tuple[int, ...]
    everywhere: tuple[int, ...] = ()

    @property
    def question(self) -> TcpQuestion | None:
        """The probe that suggests itself: a port that is asked on the host itself; None without one."""
        return TcpQuestion(self.everywhere[0]) if self.everywhere else None


def candidates(hosts: Sequence[Surveyed]) -> tuple[Candidate, ...]:
    """Return the units that listen on some host and are installed on all."""
    units = {unit for host in hosts for unit in host.listeners if not _own(unit)}
    return tuple(_candidate(unit, hosts) for unit in sorted(units) if not missing(unit, hosts))


def chosen(text: str, hosts: Sequence[Surveyed]) -> Candidate:
    """Return the unit that is named. Raises HakitError when it isn't installed on every host."""
    unit = unit_name(text)
    without = missing(unit, hosts)
    if without:
        known = frozenset.intersection(*(host.units for host in hosts))
        meant = suggestion(unit, known)
        hint = (
            f"did you mean {meant}?" if meant and len(without) == len(hosts) else f"install it on {', '.join(without)}"
        )
        raise HakitError(f"there is no {unit} on {', '.join(without)}", hint=hint, code=ExitCode.USAGE)
    return _candidate(unit, hosts)


def missing(unit: str, hosts: Sequence[Surveyed]) -> tuple[str, ...]:
    """Name the hosts that don't have the unit, nor the template that it is an instance of."""
    stem, at, _ = unit.partition("@")
    names = {unit, f"{stem}@.service"} if at else {unit}
    return tuple(host.name for host in hosts if not names & host.units)


def _candidate(unit: str, hosts: Sequence[Surveyed]) -> Candidate:
    seen = [each for host in hosts for each in host.listeners.get(unit, ())]
    ports = sorted({each.port for each in seen})
    return Candidate(unit, tuple(ports), tuple(sorted({each.port for each in seen if each.everywhere})))


def _own(unit: str) -> bool:
    stem = unit.removesuffix(".service").partition("@")[0]
    return stem in _HOSTS_OWN or stem.startswith("systemd-")
