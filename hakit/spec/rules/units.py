"""Units: names that systemd takes, each for one service, and none that the cluster itself runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.build import unit_name
from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault, did_you_mean, suggestion

_CHARACTERS = re.compile(r"[A-Za-z0-9:_.\\@-]+")  # systemd.unit(5), "unit name"
_LONGEST = 255
# Of these, a stop leaves running what they started (systemd.socket(5), systemd.timer(5), systemd.target(5)), or the
# cluster has better means (volume). The service would then run on two nodes.
_OTHER_TYPES = frozenset(
    ["socket", "target", "timer", "path", "mount", "automount", "swap", "slice", "scope", "device"]
)
_STACK = frozenset(
    [
        "corosync",
        "corosync-qdevice",
        "corosync-qnetd",
        "pacemaker",
        "pacemaker_remote",
        "pcsd",
        "sbd",
        "dbus",
        "dbus-broker",
        "systemd-journald",
        "systemd-logind",
        "systemd-networkd",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadUnit(SpecFault):
    """A name that systemd refuses, or that names no service."""

    code = "HK170"
    matters = "systemd refuses the name, or it means something that cannot be started and stopped as a service."
    cure = "use the name that systemctl list-unit-files shows"
    see = "systemd.unit(5)"
    unit: str
    problem: str
    meant: str = ""

    def text(self) -> str:
        """Name it and say why."""
        return f"'{self.unit}' can't be the unit: {self.problem}"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitTwice(SpecFault):
    """One unit for two services."""

    code = "HK171"
    matters = "A unit is one process tree per host: two services that own it would stop it under each other."
    see = "systemd.unit(5), template units"
    unit: str
    other: str

    def text(self) -> str:
        """Name the other service."""
        return f"{self.unit} is the unit of '{self.other}'"

    def remedy(self) -> str:
        """Say what can be done with one unit."""
        return "a unit runs on one node at a time; for several copies use a template unit, name@instance.service"


def units(spec: Draft) -> Iterator[SpecFault]:
    """Check every service's unit."""
    owners: dict[str, str] = {}
    for service in spec.services:
        written = service.unit
        if written is None or not written.text:
            continue
        place, unit = spec.at(written.loc), unit_name(written.text)
        problem, meant = _problem(written.text)
        if problem:
            yield BadUnit(place=place, unit=written.text, problem=problem, meant=meant)
        elif unit in owners:
            yield UnitTwice(place=place, unit=unit, other=owners[unit])
        owners.setdefault(unit, service.name)


def _problem(text: str) -> tuple[str, str]:  # noqa: PLR0911 - one way per rule of systemd.unit(5)
    """Say what is wrong with a unit's name, and what was probably meant."""
    if set(text) & set("*?["):
        return "a pattern may match more than one unit", ""
    if not _CHARACTERS.fullmatch(text):
        bad = sorted({character for character in text if not _CHARACTERS.fullmatch(character)})
        return f"a unit's name has no {' '.join(map(repr, bad))}", ""
    stem, dot, suffix = text.rpartition(".")
    if dot and suffix in _OTHER_TYPES:
        return f"a stopped {suffix} leaves running what it started; name the service", f"{stem}.service"
    if dot and suffix != "service" and suggestion(suffix, ["service"]):
        return f"there is no unit type '{suffix}'", f"{stem}.service"
    name = unit_name(text)
    if len(name) > _LONGEST:
        return f"it has {len(name)} characters, and a unit's name at most {_LONGEST}", ""
    stem = name.removesuffix(".service")
    if not stem or stem[0] in "@-.":
        return f"a service's name doesn't begin with '{stem[:1] or '.'}'", ""
    if stem.endswith("@"):
        return "a template needs an instance", f"{stem}NAME.service"
    if stem in _STACK:
        return "the cluster itself runs on it", ""
    return "", ""
